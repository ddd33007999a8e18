"""Documents to standard output, through real pipes."""

import asyncio
import contextlib
import os
from pathlib import Path

import orjson
import pytest

from s1ecs.errors import ReaderGone
from s1ecs.outputs.lines import packer
from s1ecs.outputs.standard_output import StandardOutput

from .folder import batch


async def test_slow_reader_slows_only_the_writer() -> None:
    """Batches larger than the pipe arrive whole, one after the other; meanwhile everything else goes on."""
    reading, writing = os.pipe()
    output = StandardOutput(writing, packer("none"))
    batches = [batch([f"{number}-{each}" for each in range(5000)]) for number in range(2)]
    delivering = asyncio.gather(*map(output.deliver, batches))
    await asyncio.sleep(0.05)
    assert not delivering.done()
    os.set_blocking(reading, False)
    data = b""
    while not delivering.done():
        await asyncio.sleep(0)
        with contextlib.suppress(BlockingIOError):
            data += os.read(reading, 100_000)
    os.close(writing)
    data += os.read(reading, 100_000)
    os.close(reading)
    ids = [orjson.loads(line)["_id"] for line in data.splitlines()]
    assert ids == [identity for each in batches for identity, _ in each.documents]


async def test_reader_that_goes_away() -> None:
    """A pipe without a reader is an error that ends collecting and says what to do."""
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(ReaderGone, match="standard output: whoever read it went away"):
        await StandardOutput(writing, packer("none")).deliver(batch(["a"]))
    os.close(writing)


async def test_reader_that_goes_away_while_it_is_waited_for() -> None:
    """The same when the pipe is full at that moment."""
    reading, writing = os.pipe()
    delivering = asyncio.create_task(StandardOutput(writing, packer("none")).deliver(batch(["a" * 1_000_000])))
    await asyncio.sleep(0.05)
    os.close(reading)
    with pytest.raises(ReaderGone):
        await asyncio.wait_for(delivering, 5)
    os.close(writing)


async def test_a_file_behind_standard_output(tmp_path: Path) -> None:
    """Redirected into a file it is written as well, compressed if wanted."""
    with (tmp_path / "documents.zst").open("wb") as file:
        await StandardOutput(file.fileno(), packer("zstd")).deliver(batch(["a"]))
    assert (tmp_path / "documents.zst").read_bytes().startswith(b"\x28\xb5\x2f\xfd")
