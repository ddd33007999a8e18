"""Documents of response actions on their way: each output has its own progress, and nobody delivers twice."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from s1ecs.errors import OutputError
from s1ecs.outputs.dead_letters import DeadLetters
from s1ecs.outputs.files import Files
from s1ecs.outputs.lines import packer
from s1ecs.outputs.output import Batch, Delivered, JoinsCommit, Output, Refused
from s1ecs.outputs.store import Store
from s1ecs.outputs.written_files import Rules
from s1ecs.respond.audit.delivery import Deliverer
from s1ecs.respond.audit.opening import open_audit
from s1ecs.respond.audit.state_journal import StateJournal, Told
from s1ecs.settings import load
from s1ecs.state.actions import WaitingAudit, read_waiting
from s1ecs.state.database import Database
from s1ecs.streams import STREAMS

from .test_audit import END, ENTRY, ID, NOON


class Search:
    """An output of its own progress, which is down, slow or choosy when told to."""

    name = "search"

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.refuses = False
        self.got: list[str] = []
        self.saved: list[str] = []
        self.begun = asyncio.Event()
        self.got_all = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def open(self) -> None:
        """Nothing to make ready."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Take a batch of response actions when nothing hinders it."""
        assert (batch.stream, batch.console) == ("response_action", "hq")
        assert batch.namespace in {"prod", "default"}
        self.begun.set()
        await self.goes_on.wait()
        if self.failure is not None:
            raise self.failure
        if self.refuses:
            return Delivered([Refused(*pair, "no such field") for pair in batch.documents])
        states = [document["sentinel_one"]["response_action"]["state"] for _, document in batch.documents]
        self.got += states
        self.got_all.set()

        def save(_: sqlite3.Connection) -> None:
            self.saved.extend(states)

        return Delivered(writes=[save])

    async def check(self) -> None:
        """Nothing is due."""

    async def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A state database."""
    opened = await Database.open(tmp_path / "state")
    yield opened
    await opened.close()


def _files(folder: Path, name: str = "files") -> Files:
    rules = Rules(1_000_000, timedelta(hours=1), ".ndjson")
    return Files(folder / name, "state", rules, pack=packer("none"), now=lambda: datetime.now(UTC), warn=print)


def _deliverer(database: Database) -> Deliverer:
    return Deliverer(database.run, database.path.parent, lambda: NOON)


async def _act(database: Database, *outputs: Any, identity: str = ID) -> None:
    """One action from beginning to end, whose documents wait for these outputs."""
    told = Told([output.name for output in outputs], None, lambda: NOON, {"hq": "prod"})
    journal = StateJournal(database, told)
    await journal.request(replace(ENTRY, id=identity))
    await journal.finish(identity, status="done", **END)


async def _rows(database: Database, sql: str) -> list[Any]:
    return await database.run(lambda connection: connection.execute(sql).fetchall())


def _written(folder: Path) -> list[str]:
    lines = [line for path in sorted(folder.glob("response_action-*")) for line in path.read_bytes().splitlines()]
    return [orjson.loads(line)["sentinel_one"]["response_action"]["state"] for line in lines]


async def test_every_output_gets_both_documents_once(database: Database, tmp_path: Path) -> None:
    """Store, files and a search server have each document once, however often delivery runs; then nothing waits."""
    files, search = _files(tmp_path), Search()
    outputs: list[Output | JoinsCommit] = [Store(), files, search]
    await database.run(files.open)
    await _act(database, *outputs)
    for _ in range(3):
        assert await _deliverer(database).once(outputs) == {}
    assert await _rows(database, "SELECT count(*) FROM documents WHERE stream = 'response_action'") == [(2,)]
    assert _written(tmp_path / "files") == ["requested", "finished"]
    assert search.got == search.saved == ["requested", "finished"]
    for table in ("action_documents", "action_deliveries"):
        assert await _rows(database, f"SELECT * FROM {table}") == []  # noqa: S608 - names of ours


async def test_an_output_that_is_down_neither_blocks_nor_doubles(database: Database) -> None:
    """The others get theirs at once; it gets its own when it is back, and the others nothing more."""
    search, store = Search(), Store()
    search.failure = OutputError("search: down")
    await _act(database, search, store)
    deliverer = _deliverer(database)
    assert await deliverer.once([search, store]) == {"search": "search: down"}
    assert await _rows(database, "SELECT count(*) FROM documents") == [(2,)]
    search.failure = None
    await _act(database, search, store, identity="second")
    assert await deliverer.once([search, store]) == {}
    assert search.got == ["requested", "finished"] * 2
    assert await _rows(database, "SELECT count(*) FROM documents") == [(4,)]


async def test_a_fault_of_an_output_is_not_the_others(database: Database) -> None:
    """An error that nobody foresaw is told like any other; it ends neither `run` nor an action."""
    search, store = Search(), Store()
    search.failure = ValueError("a slip")
    await _act(database, search, store)
    assert await _deliverer(database).once([search, store]) == {
        "search": "search: delivering failed: ValueError('a slip')"
    }
    assert await _rows(database, "SELECT count(*) FROM documents") == [(2,)]


async def test_a_slow_output_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command does not wait for an output beyond its time; the documents wait for it, the others have theirs."""
    search = Search()
    search.goes_on.clear()
    made = iter([search, Store()])
    monkeypatch.setattr("s1ecs.respond.audit.opening.make_output", lambda *_: next(made))
    settings = _settings(tmp_path, "  - type: store\n  - type: files\n    path: out\n")
    told: list[str] = []
    async with open_audit(settings, tell=told.append, seconds=0.5) as journal:
        await journal.request(replace(ENTRY, console="hq"))
    assert told == ["not every output took the documents of this action in time; they wait for it"]
    opened = await Database.open(tmp_path / "state")
    assert ("search",) in await _rows(opened, "SELECT output FROM action_deliveries")
    await opened.close()


async def test_what_an_output_refuses_goes_to_the_dead_letters(database: Database) -> None:
    """It waits no longer, and lies there with its reason."""
    search = Search()
    search.refuses = True
    await _act(database, search)
    assert await _deliverer(database).once([search]) == {}
    found = DeadLetters(database.path.parent).read("response_action")
    assert [(letter.output, letter.console, letter.reason) for letter in found] == [
        ("search", "hq", "no such field")
    ] * 2
    assert await _rows(database, "SELECT * FROM action_documents") == []


async def test_of_two_processes_one_delivers(database: Database) -> None:
    """While one is at it the other leaves it alone, without waiting and without an error."""
    search = Search()
    search.goes_on.clear()
    await _act(database, search)
    first = asyncio.create_task(_deliverer(database).once([search]))
    await search.begun.wait()
    other = await Database.open(database.path.parent)
    assert await _deliverer(other).once([search]) == {}
    await other.close()
    search.goes_on.set()
    assert await first == {}
    assert search.got == ["requested", "finished"]


async def test_a_crash_behind_a_delivery_brings_the_same_ids_again(database: Database) -> None:
    """What was delivered but not yet noted comes once more as the same documents."""
    search, ids = Search(), list[str]()

    async def died(batch: Batch) -> Delivered:
        ids.extend(identity for identity, _ in batch.documents)
        raise asyncio.CancelledError

    deliver, search.deliver = search.deliver, died  # type: ignore[method-assign]
    await _act(database, search)
    with pytest.raises(asyncio.CancelledError):
        await _deliverer(database).once([search])
    waiting = await _rows(database, "SELECT id FROM action_documents ORDER BY number")
    assert [row[0] for row in waiting] == ids
    search.deliver = deliver  # type: ignore[method-assign]
    assert await _deliverer(database).once([search]) == {}
    assert search.got == ["requested", "finished"]


async def test_a_failed_commit_writes_nothing(database: Database) -> None:
    """Where the rows can't be removed the store keeps nothing either: both are one transaction."""
    store = Store()
    await _act(database, store)
    await _rows(database, "CREATE TRIGGER full BEFORE DELETE ON action_deliveries BEGIN SELECT raise(ABORT, 'no'); END")
    [trouble] = (await _deliverer(database).once([store])).values()
    assert "no" in trouble
    assert await _rows(database, "SELECT * FROM documents") == []
    await _rows(database, "DROP TRIGGER full")
    assert await _deliverer(database).once([store]) == {}
    assert await _rows(database, "SELECT count(*) FROM documents") == [(2,)]


async def test_run_tells_of_trouble_once_and_goes_on(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """An output that stays down is warned of once, what comes later is delivered, and a stop ends it at once."""
    monkeypatch.setattr("s1ecs.respond.audit.delivery._FIRST_WAIT", 0.001)
    monkeypatch.setattr("s1ecs.respond.audit.delivery._LONGEST_WAIT", 0.002)
    search, stop, warned = Search(), asyncio.Event(), list[str]()
    search.failure = OutputError("search: down")
    await _act(database, search)
    following = asyncio.create_task(_deliverer(database).until(stop, [search], warned.append))
    for _ in range(3):
        search.begun.clear()
        await search.begun.wait()
    assert warned == ["audit of response actions: search: down"]
    search.failure = None
    search.got_all.clear()
    await search.got_all.wait()
    assert search.got == ["requested", "finished"]
    stop.set()
    await following


class Busy(Search):
    """An output that is busy for as long as anybody looks."""

    name = "busy"

    def __init__(self) -> None:
        super().__init__()
        self.goes_on.clear()


async def test_a_busy_output_delays_nobody_and_no_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it never answers, the others get what comes later, too; a stop ends it all without waiting for it."""
    monkeypatch.setattr("s1ecs.respond.audit.delivery._FIRST_WAIT", 0.001)
    busy, search, stop = Busy(), Search(), asyncio.Event()
    following = asyncio.create_task(_deliverer(database).until(stop, [busy, search], pytest.fail))
    for identity in ("first", "second"):
        await _act(database, busy, search, identity=identity)
        async with asyncio.timeout(30):
            while await _rows(database, "SELECT * FROM action_deliveries WHERE output = 'search'"):
                pass
    assert search.got == ["requested", "finished"] * 2
    assert busy.begun.is_set()
    stop.set()
    async with asyncio.timeout(30):
        await following
    assert await _rows(database, "SELECT output, count(*) FROM action_deliveries GROUP BY output") == [("busy", 4)]
    async with asyncio.timeout(30):
        await _deliverer(database).unless(stop, [busy], pytest.fail)


async def test_a_slow_output_is_given_up_and_then_given_longer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told by its name; each time it gets twice as long, so that one that is slow but well has all at last."""
    monkeypatch.setattr("s1ecs.respond.audit.delivery._FIRST_PATIENCE", 0.001)
    search, warned = Search(), list[str]()
    deliver = search.deliver

    async def slowly(batch: Batch) -> Delivered:
        await asyncio.sleep(0.02)
        return await deliver(batch)

    monkeypatch.setattr(search, "deliver", slowly)
    await _act(database, search)
    deliverer = _deliverer(database)
    while not search.got:
        await deliverer.unless(asyncio.Event(), [search], warned.append)
    assert warned[0] == "audit of response actions: search: not done within 0.001 seconds"
    assert search.got == ["requested", "finished"]


async def test_an_output_that_is_gone_is_said(database: Database) -> None:
    """What waits for an output that was renamed or taken away stays, and is said when collecting begins or ends."""
    await _act(database, Search())
    stop = asyncio.Event()
    for deliver in (_deliverer(database).until, _deliverer(database).unless):
        stop.set()
        warned: list[str] = []
        await deliver(stop, [Store()], warned.append)
        [line] = warned
        assert line.startswith("audit of response actions: documents wait for an output named search, and the settings")
    assert await _rows(database, "SELECT count(*) FROM action_deliveries") == [(2,)]


async def test_whoever_reads_beside_sees_what_waits(database: Database, tmp_path: Path) -> None:
    """How many documents each output lacks, and since when; nothing where nobody ever acted."""
    assert read_waiting(tmp_path / "nothing here") == []
    assert read_waiting(database.path.parent) == []
    await _act(database, Search(), Store())
    assert await _deliverer(database).once([Store()]) == {}
    assert read_waiting(database.path.parent) == [WaitingAudit("search", 2, NOON)]


def _settings(folder: Path, outputs: str) -> Any:
    file = folder / "s1ecs.yml"
    file.write_text(f"state_dir: state\noutputs:\n{outputs}")
    return load(file=file, environment={}, flags={}, streams=tuple(STREAMS), working_folder=folder)


async def test_a_process_that_acts_delivers_at_its_end(tmp_path: Path) -> None:
    """Store and files have the documents when the command ends; the view shows them."""
    settings = _settings(tmp_path, "  - type: store\n  - type: files\n    path: out\n")
    told: list[str] = []
    async with open_audit(settings, tell=told.append) as journal:
        await journal.request(ENTRY)
        await journal.finish(ID, status="done", **END)
    assert told == []
    assert _written(tmp_path / "out") == ["requested", "finished"]
    opened = await Database.open(tmp_path / "state")
    rows = await _rows(opened, "SELECT action, state, status, host, user FROM response_action ORDER BY time")
    await opened.close()
    assert rows == [
        ("isolate", "requested", "pending", "pc-1", "alice"),
        ("isolate", "finished", "done", "pc-1", "alice"),
    ]


async def test_an_output_that_can_not_be_opened_costs_the_action_nothing(tmp_path: Path) -> None:
    """The command goes on, says so, and the documents wait for the output; also when the action fails."""
    (tmp_path / "out").write_text("a file where the folder belongs")
    settings = _settings(tmp_path, "  - type: files\n    path: out\n  - type: store\n")
    told: list[str] = []

    async def fail() -> None:
        async with open_audit(settings, tell=told.append) as journal:
            await journal.request(ENTRY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert len(told) == 1
    assert "its path is a file" in told[0]
    opened = await Database.open(tmp_path / "state")
    assert await _rows(opened, "SELECT output FROM action_deliveries") == [(f"files {tmp_path / 'out'}",)]
    assert await _rows(opened, "SELECT count(*) FROM documents") == [(1,)]
    (tmp_path / "out").unlink()
    files = _files(tmp_path, "out")
    await opened.run(files.open)
    assert await _deliverer(opened).once([files]) == {}
    await opened.close()
    assert _written(tmp_path / "out") == ["requested"]


async def test_nothing_of_the_audit_goes_to_a_commands_own_output(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where documents go to standard output they wait for `run`: what `respond` prints is its result alone."""
    settings = _settings(tmp_path, "  - type: files\n    path: '-'\n")
    async with open_audit(settings, tell=partial(print, "told")) as journal:
        await journal.request(ENTRY)
    assert capfd.readouterr().out == ""
    opened = await Database.open(tmp_path / "state")
    assert await _rows(opened, "SELECT output FROM action_deliveries") == [("files -",)]
    await opened.close()
