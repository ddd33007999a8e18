"""Documents that an output refuses: kept, counted, delivered again on demand; and files beside the store."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog

from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Outcome
from s1ecs.collect.poll import poll
from s1ecs.collect.run_log import say
from s1ecs.collect.upkeep.dead_letter_replay import Retried, retry
from s1ecs.errors import OutputError
from s1ecs.outputs.dead_letters import DeadLetterFiles, letters
from s1ecs.outputs.files.ndjson import packer
from s1ecs.outputs.files.open_files import Rules
from s1ecs.outputs.files.output import Files, FilesEnvironment
from s1ecs.outputs.output import Batch, Delivered, Entity, RefusedDocument
from s1ecs.outputs.store import Store
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.file_marks import SqliteFileMarks
from s1ecs.state.sqlite.poll_status import read_polls
from s1ecs.state.status import Key
from s1ecs.state.transaction import Transaction

from .conftest import RecordingOutput, ScriptedConsole, alert


async def polled(feed: Feed) -> list[Outcome]:
    """Poll once, with nobody looking."""
    return await poll(feed, asyncio.Event(), lambda *_: None)


def dead(folder: Path) -> DeadLetterFiles:
    """The dead letters of the feed."""
    return DeadLetterFiles(folder)


async def test_what_is_refused_is_kept_and_counted(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput, tmp_path: Path
) -> None:
    """A refused document costs no other, lies among the dead letters, and is told by outcome, log and polls."""
    output.refuses = ["b"]
    console.script = [[alert(name, "11:00") for name in "abc"]]
    [outcome] = await polled(feed)
    assert (outcome.error, outcome.counts.delivered, outcome.counts.refused) == (None, 3, 1)
    assert output.ids == ["a", "c"]
    [letter] = dead(tmp_path).read("alert")
    assert (letter.output, letter.console, letter.reason) == ("recording", "default", "no room for it")
    assert letter.document["event"]["id"] == "b"
    with structlog.testing.capture_logs() as lines:
        say(structlog.get_logger(), outcome)
    assert [line["log_level"] for line in lines] == ["warning", "info"]
    assert "see s1ecs dead-letters" in lines[0]["event"]
    assert lines[1]["refused"] == 1
    assert read_polls(tmp_path)[Key("default", "alert")].refused == 1


async def test_what_was_refused_does_not_come_again_by_itself(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput, tmp_path: Path
) -> None:
    """A refused document counts as delivered: the next poll drops it."""
    output.refuses = ["a"]
    console.script = [[alert("a", "11:00")]]
    await polled(feed)
    console.script = [[alert("a", "11:00")]]
    [outcome] = await polled(feed)
    assert outcome.counts.delivered == 0
    assert len(dead(tmp_path).read("alert")) == 1


async def test_a_checkpoint_does_not_move_before_its_dead_letters(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput, tmp_path: Path
) -> None:
    """Where dead letters can't be kept the poll fails, and the step comes again."""
    (tmp_path / "dead-letters").write_bytes(b"a file where the folder belongs")
    output.refuses = ["a"]
    console.script = [[alert("a", "11:00")]]
    [outcome] = await polled(feed)
    assert "dead letters cannot be stored" in str(outcome.error)
    (tmp_path / "dead-letters").unlink()
    console.script = [[alert("a", "11:00")]]
    [outcome] = await polled(feed)
    assert (outcome.error, outcome.counts.refused) == (None, 1)


async def test_retry(feed: Feed, console: ScriptedConsole, output: RecordingOutput, tmp_path: Path) -> None:
    """What the output takes now is removed, what it refuses again stays with its new reason."""
    output.refuses = ["a", "b", "c"]
    console.script = [[alert(name, "11:00") for name in "abcd"]]
    await polled(feed)
    output.refuses = ["b"]
    output.reason = "still too long"
    [result] = await retry(dead(tmp_path), {"recording": output}, ["alert"], "later")
    assert result == Retried("alert", taken=2, refused=1, left=0, errors={})
    assert output.ids == ["d", "a", "c"]
    [letter] = dead(tmp_path).read("alert")
    assert (letter.document["event"]["id"], letter.reason, letter.time) == ("b", "still too long", "later")


async def test_what_a_document_is_the_state_of_is_kept_with_it(output: RecordingOutput, tmp_path: Path) -> None:
    """An output gets with a letter what its batch said of the thing, and a letter of nothing says nothing."""
    thing = Entity("host", 1_700_000_000_123)
    documents: list[tuple[str, dict[str, Any]]] = [(identity, {"event": {}}) for identity in ("a", "b")]
    batch = Batch("default", "default", "agent", documents, {"a": thing})
    refused = [RefusedDocument(identity, document, "no room") for identity, document in documents]
    dead(tmp_path).append(None, letters(batch, "recording", refused, "now"))
    await retry(dead(tmp_path), {"recording": output}, ["agent"], "later")
    assert output.delivered == ["a", "b"]
    assert output.things == {"a": thing}


@pytest.mark.parametrize("case", [([], "is not configured"), (["recording"], "no way there")])
async def test_retry_of_an_output_that_is_not_there(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput, tmp_path: Path, case: tuple[list[str], str]
) -> None:
    """Letters whose output is in no settings, or can't be reached, stay as they are."""
    output.refuses = ["a"]
    console.script = [[alert("a", "11:00")]]
    await polled(feed)
    before = dead(tmp_path).read("alert")
    outputs, error = case
    output.failure = OutputError("no way there")
    [result] = await retry(dead(tmp_path), dict.fromkeys(outputs, output), ["alert"], "later")
    assert (result.taken, result.left) == (0, 1)
    assert error in result.errors["recording"]
    assert dead(tmp_path).read("alert") == before


async def _one_refused(feed: Feed, console: ScriptedConsole, output: RecordingOutput) -> None:
    output.refuses = ["a"]
    console.script = [[alert("a", "11:00")]]
    await polled(feed)


async def test_letters_that_come_while_others_are_delivered_again_stay(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput, tmp_path: Path
) -> None:
    """A letter that is refused anew during the retry is not taken for the one that was taken."""
    output.refuses = ["a"]
    console.script = [[alert("a", "11:00")]]
    await polled(feed)
    [letter] = dead(tmp_path).read("alert")
    newer = replace(letter, time="meanwhile")

    class Meanwhile(RecordingOutput):
        async def deliver(self, batch: Batch) -> Any:
            """Take the batch while a letter comes."""
            dead(tmp_path).append(None, [newer])
            return await super().deliver(batch)

    [result] = await retry(dead(tmp_path), {"recording": Meanwhile()}, ["alert"], "later")
    assert result.taken == 1
    assert dead(tmp_path).read("alert") == [newer]


class FaultyFiles(Files):
    """A files output that fails after it wrote, as often as `faults` says."""

    faults = 0

    async def deliver(self, batch: Batch) -> Delivered:
        """Write in the commit, then fail."""
        [write] = (await super().deliver(batch)).writes

        def fail(transaction: Transaction) -> None:
            write(transaction)
            if self.faults:
                self.faults -= 1
                raise OutputError("files: the disk went away")

        return Delivered(writes=[fail])


@pytest.fixture
def files(tmp_path: Path, database: Database) -> FaultyFiles:
    """A files output of the feed's state."""
    rules = Rules(1_000_000, timedelta(hours=1), ".ndjson")
    (tmp_path / "files").mkdir()
    state = FilesEnvironment("state", database, SqliteFileMarks(), now=lambda: datetime.now(UTC), warn=pytest.fail)
    return FaultyFiles(tmp_path / "files", rules, packer("none"), state)


async def test_store_and_files_never_differ(
    feed: Feed,
    console: ScriptedConsole,
    output: RecordingOutput,
    files: FaultyFiles,
    store: Store,
) -> None:
    """With one output failing neither has the documents; afterwards each has every document once."""
    both = replace(feed, outputs=(store, files, output))
    pages = [[alert("a", "11:00"), alert("b", "11:01")], [alert("c", "11:02")]]
    for faults, failure in ((1, None), (0, OutputError("search: not now")), (0, None)):
        files.faults, output.failure = faults, failure
        console.script = [list(page) for page in pages]
        [outcome] = await polled(both)
        assert (outcome.error is None) == (not faults and failure is None)
    lines = (Path(files.name.removeprefix("files ")) / "alert-000001.ndjson.open").read_bytes().splitlines()
    assert [orjson.loads(line)["event"]["id"] for line in lines] == ["a", "b", "c"]
    assert await feed.state.run(_stored) == ["a", "b", "c"]


def _stored(connection: Any) -> list[str]:
    return [row[0] for row in connection.execute("SELECT json_extract(document, '$.event.id') FROM documents")]
