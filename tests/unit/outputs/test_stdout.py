"""Documents to standard output, through real pipes."""

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from s1ecs.errors import OutputError, ReaderGone
from s1ecs.outputs.files.ndjson import packer
from s1ecs.outputs.files.stdout import StandardOutput

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
    whole = [[identity for identity, _ in each.documents] for each in batches]
    # Which of two comes first is nobody's promise.
    assert ids in (whole[0] + whole[1], whole[1] + whole[0])


async def test_reader_that_goes_away() -> None:
    """A pipe without a reader is an error that ends collecting and says what to do."""
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(ReaderGone, match="standard output: closed by the reader"):
        await StandardOutput(writing, packer("none")).deliver(batch(["a"]))
    os.close(writing)


async def test_reader_that_goes_away_while_it_is_waited_for() -> None:
    """The same when the pipe is full at that moment."""
    reading, writing = os.pipe()
    delivering = asyncio.create_task(StandardOutput(writing, packer("none")).deliver(batch(["a" * 1_000_000])))
    await asyncio.sleep(0.05)
    os.close(reading)
    with pytest.raises(ReaderGone):
        await asyncio.wait_for(delivering, 120)
    os.close(writing)


@pytest.mark.parametrize("whole", [False, True])
async def test_a_reader_that_is_gone_stays_gone(*, whole: bool) -> None:
    """Every later batch is refused for the same reason, also when one was cut off in its middle."""
    reading, writing = os.pipe()
    output = StandardOutput(writing, packer("none"), whole=whole)
    delivering = asyncio.create_task(output.deliver(batch(["a" * 1_000_000])))
    await asyncio.sleep(0.05)
    os.close(reading)
    for work in (delivering, output.deliver(batch(["b"]))):
        with pytest.raises(ReaderGone, match="closed by the reader"):
            await asyncio.wait_for(work, 120)
    os.close(writing)


async def test_a_file_behind_standard_output(tmp_path: Path) -> None:
    """Redirected into a file it is written as well, compressed if wanted."""
    with (tmp_path / "documents.zst").open("wb") as file:
        await StandardOutput(file.fileno(), packer("zstd")).deliver(batch(["a"]))
    assert (tmp_path / "documents.zst").read_bytes().startswith(b"\x28\xb5\x2f\xfd")


def _full_after(room: int, write: Callable[[int, bytes], int]) -> Callable[[int, bytes], int]:
    """A disk behind standard output that takes so many bytes and is full then."""

    def some(descriptor: int, data: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(28, os.strerror(28))
        written = write(descriptor, data[:room])
        room -= written
        return written

    return some


@pytest.mark.parametrize("room", [0, 5, 31, 40])
async def test_a_full_disk_behind_standard_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """When there is room again the batch comes whole; of what was cut off at most a line can't be read."""
    path = tmp_path / "documents"
    with path.open("wb") as file:
        output = StandardOutput(file.fileno(), packer("none"))
        for more in (room, 3):
            with monkeypatch.context() as patched:
                patched.setattr(os, "write", _full_after(more, os.write))
                with pytest.raises(OutputError, match="No space left") as caught:
                    await output.deliver(batch(["a", "b"]))
                assert not isinstance(caught.value, ReaderGone)
        await output.deliver(batch(["a", "b"]))
        await output.deliver(batch(["c"]))
    whole = [line for line in path.read_bytes().splitlines() if line.endswith(b"}}")]
    ids = [orjson.loads(line)["_id"] for line in whole]
    assert ids[-3:] == ["a", "b", "c"]
    assert ids[:-3] == (["a"] if room >= 31 else [])


async def test_nothing_of_a_batch_written_is_nothing_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error before the first byte, or after a whole line, leaves no empty line."""
    path = tmp_path / "documents"
    line = len(b'{"_id":"a","event":{"id":"a"}}\n')
    with path.open("wb") as file:
        output = StandardOutput(file.fileno(), packer("none"))
        for room in (0, line):
            with monkeypatch.context() as patched:
                patched.setattr(os, "write", _full_after(room, os.write))
                with pytest.raises(OutputError):
                    await output.deliver(batch(["a", "b"]))
        await output.deliver(batch(["a", "b"]))
    assert [orjson.loads(each)["_id"] for each in path.read_bytes().splitlines()] == ["a", "a", "b"]


async def test_a_compressed_batch_that_is_cut_off_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody could read what follows half a frame, so nothing more is written; an error before it ends nothing."""
    path = tmp_path / "documents.zst"
    with path.open("wb") as file:
        output = StandardOutput(file.fileno(), packer("zstd"), whole=True)
        for room, error in ((0, OutputError), (10, ReaderGone)):
            with monkeypatch.context() as patched:
                patched.setattr(os, "write", _full_after(room, os.write))
                with pytest.raises(error, match="No space left") as caught:
                    await output.deliver(batch(["a"]))
                assert type(caught.value) is error
        with pytest.raises(ReaderGone, match="restart s1ecs"):
            await output.deliver(batch(["a"]))
    assert path.stat().st_size == 10


async def test_a_task_that_is_ended_in_the_middle_of_a_line() -> None:
    """What comes after it begins a line of its own."""
    reading, writing = os.pipe()
    output = StandardOutput(writing, packer("none"))
    delivering = asyncio.create_task(output.deliver(batch(["a" * 1_000_000])))
    await asyncio.sleep(0.05)
    delivering.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await delivering
    os.read(reading, 1_000_000)
    await output.deliver(batch(["b"]))
    os.close(writing)
    assert os.read(reading, 1000) == b'\n{"_id":"b","event":{"id":"b"}}\n'
    os.close(reading)
