"""Standard output beside other outputs: while one of these is in the way, no document is shown twice."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from s1ecs.collect.feed import Feed
from s1ecs.errors import OutputError
from s1ecs.outputs.files.ndjson import packer
from s1ecs.outputs.files.stdout import StandardOutput
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.transaction import connection_of

from .conftest import RecordingOutput, ScriptedConsole, alert
from .test_spools import DEAD, given, polled, spool_of


class Pipe:
    """Standard output into a pipe, and what came out of it."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        self.output = StandardOutput(self.writing, packer("none"))
        self.read = b""

    @property
    def ids(self) -> list[str]:
        """The alerts that were shown."""
        with contextlib.suppress(BlockingIOError):
            self.read += os.read(self.reading, 1_000_000)
        return [orjson.loads(line)["event"]["id"] for line in self.read.splitlines()]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """A pipe with a patient reader."""
    made = Pipe()
    yield made
    os.close(made.reading)
    os.close(made.writing)


async def test_nothing_is_shown_before_the_others_took_it(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput, pipe: Pipe
) -> None:
    """Whatever the order of the settings: while another output is down nothing is shown, and then each once."""
    feed = replace(feed, outputs=(pipe.output, output))
    output.failure = DEAD
    for _ in range(3):
        console.script = [[alert("a", "11:00")]]
        assert (await polled(feed)).error is DEAD
    assert pipe.ids == []
    output.failure = None
    console.script = [[alert("a", "11:00")]]
    assert (await polled(feed)).error is None
    assert pipe.ids == output.ids == ["a"]


async def test_what_was_shown_and_not_committed_is_not_shown_again(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput, pipe: Pipe, tmp_path: Path
) -> None:
    """A full spool fails each commit behind the delivery: what it holds up is shown once, what is new beside it too."""
    database = await Database.open(tmp_path)
    output.failure = DEAD
    spool = spool_of(output, database, spill_size=10)
    await given(spool, database, {"early": {"event": {"id": "early"}}})
    feed = replace(feed, outputs=(pipe.output, spool))
    for page in (["a"], ["a"], ["a", "b"], ["a", "b"]):
        console.script = [[alert(name, "11:00") for name in page]]
        assert isinstance((await polled(feed)).error, OutputError)
    assert pipe.ids == ["a", "b"]
    output.failure = None
    assert await spool.drain.once()
    console.script = [[alert("a", "11:00"), alert("b", "11:00")], [alert("c", "11:01")]]
    assert (await polled(feed)).error is None
    assert pipe.ids == ["a", "b", "c"]
    assert output.ids == ["early", "a", "b", "c"]
    await database.close()


async def test_what_was_committed_is_news_when_it_comes_again(feed: Feed, console: ScriptedConsole, pipe: Pipe) -> None:
    """A document that was committed and is delivered once more, as a state that comes back is, is shown once more."""
    feed = replace(feed, outputs=(pipe.output,))
    console.script = [[alert("a", "11:00")]]
    assert (await polled(feed)).error is None
    await feed.state.run(lambda transaction: connection_of(transaction).execute("DELETE FROM seen"))
    console.script = [[alert("a", "11:00")]]
    assert (await polled(feed)).error is None
    assert pipe.ids == ["a", "a"]
