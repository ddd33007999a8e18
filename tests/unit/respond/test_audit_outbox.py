"""Documents of response actions on their way: each output has its own progress, and nobody delivers twice."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
import structlog

from s1ecs.bootstrap.spools import draining, outbox_environment
from s1ecs.errors import OutputError
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.files.ndjson import packer
from s1ecs.outputs.files.open_files import Rules
from s1ecs.outputs.files.output import Files, FilesEnvironment
from s1ecs.outputs.output import Batch, Capabilities, Delivered, Output, RefusedDocument
from s1ecs.outputs.spool.drained import DrainedOutput
from s1ecs.outputs.store import Store
from s1ecs.respond.audit.open_journal import open_audit
from s1ecs.respond.audit.state_journal import StateJournal, Told
from s1ecs.settings import load
from s1ecs.state.outbox import WaitingAudit
from s1ecs.state.output_marks import Mark
from s1ecs.state.sqlite.actions import read_waiting
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.file_marks import SqliteFileMarks
from s1ecs.state.sqlite.journal import SqliteJournal
from s1ecs.state.sqlite.outbox import read_spools
from s1ecs.state.sqlite.state import SqliteState
from s1ecs.state.transaction import Transaction
from s1ecs.streams import STREAMS
from s1ecs.tasks import meanwhile

from .test_audit import END, ENTRY, ID, NOON

if TYPE_CHECKING:
    from s1ecs.bootstrap.registry import OutputEnvironment


class Search:
    """An output of its own progress, which is down, slow or choosy when told to."""

    name = "search"
    capabilities = Capabilities(refuses=True)

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.refuses = False
        self.got: list[str] = []
        self.saved: list[str] = []
        self.begun = asyncio.Event()
        self.got_all = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def open(self, _mark: Mark) -> None:
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
            return Delivered([RefusedDocument(*pair, "no such field") for pair in batch.documents])
        states = [document["sentinel_one"]["response_action"]["state"] for _, document in batch.documents]
        self.got += states
        self.got_all.set()

        def save(_: Transaction) -> None:
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


def _files(database: Database, folder: Path, name: str = "files") -> Files:
    rules = Rules(1_000_000, timedelta(hours=1), ".ndjson")
    state = FilesEnvironment("state", database, SqliteFileMarks(), now=lambda: datetime.now(UTC), warn=print)
    return Files(folder / name, rules, packer("none"), state)


class Outboxes:
    """The outboxes of these outputs in a process; `lines` are what it put into the log."""

    def __init__(self, database: Database, *outputs: Output) -> None:
        self.lines: list[str] = []
        place = outbox_environment(
            SqliteState(database), DeadLetterFiles(database.path.parent), self.lines.append, self.lines.append
        )
        self.drained = [DrainedOutput(output, place) for output in outputs]

    async def once(self) -> bool:
        """Deliver what waits; whether nothing waits any more."""
        return all(await asyncio.gather(*(each.drain.once() for each in self.drained)))


async def _drained(database: Database, *outputs: Output) -> list[str]:
    """Deliver what waits for these outputs; what was logged."""
    outboxes = Outboxes(database, *outputs)
    await outboxes.once()
    return outboxes.lines


async def _act(database: Database, *outputs: Any, identity: str = ID) -> None:
    """One action from beginning to end, whose documents wait for these outputs."""
    told = Told([output.name for output in outputs], None, lambda: NOON, {"hq": "prod"})
    journal = StateJournal(SqliteJournal(database), told)
    await journal.request(replace(ENTRY, id=identity))
    await journal.finish(identity, status="done", **END)


async def _rows(database: Database, sql: str) -> list[Any]:
    return await database.run(lambda connection: connection.execute(sql).fetchall())


def _written(folder: Path) -> list[str]:
    lines = [line for path in sorted(folder.glob("response_action-*")) for line in path.read_bytes().splitlines()]
    return [orjson.loads(line)["sentinel_one"]["response_action"]["state"] for line in lines]


async def test_every_output_gets_both_documents_once(database: Database, tmp_path: Path) -> None:
    """Store, files and a search server have each document once, however often delivery runs; then nothing waits."""
    files, search = _files(database, tmp_path), Search()
    outputs: list[Output] = [Store(database), files, search]
    await files.open({})
    await _act(database, *outputs)
    for _ in range(3):
        assert await _drained(database, *outputs) == []
    assert await _rows(database, "SELECT count(*) FROM documents WHERE stream = 'response_action'") == [(2,)]
    assert _written(tmp_path / "files") == ["requested", "finished"]
    assert search.got == search.saved == ["requested", "finished"]
    assert await _rows(database, "SELECT * FROM spooled") == []


async def test_an_output_that_is_down_neither_blocks_nor_doubles(database: Database) -> None:
    """The others get theirs at once; it gets its own when it is back, and the others nothing more."""
    search, store = Search(), Store(database)
    search.failure = OutputError("search: down")
    await _act(database, search, store)
    down = "search: does not accept documents, so documents wait in its outbox: down"
    assert await _drained(database, search, store) == [down]
    assert await _rows(database, "SELECT count(*) FROM documents") == [(2,)]
    search.failure = None
    await _act(database, search, store, identity="second")
    assert await _drained(database, search, store) == []
    assert search.got == ["requested", "finished"] * 2
    assert await _rows(database, "SELECT count(*) FROM documents") == [(4,)]


async def test_a_fault_of_an_output_is_not_the_others(database: Database) -> None:
    """An error that nobody foresaw is told like any other; it ends neither `run` nor an action."""
    search, store = Search(), Store(database)
    search.failure = ValueError("a slip")
    await _act(database, search, store)
    [line] = await _drained(database, search, store)
    assert line == "search: draining the spool failed: ValueError('a slip'); it will be retried"
    assert await _rows(database, "SELECT count(*) FROM documents") == [(2,)]


async def test_a_slow_output_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command does not wait for an output beyond its time; the documents wait for it, the others have theirs."""
    search = Search()
    search.goes_on.clear()
    made: Iterator[Callable[[OutputEnvironment], Output]] = iter([lambda _: search, lambda each: Store(each.access)])
    monkeypatch.setattr(
        "s1ecs.respond.audit.open_journal.make_output", lambda _settings, environment: next(made)(environment)
    )
    settings = _settings(tmp_path, "  - type: store\n  - type: files\n    path: out\n")
    told: list[str] = []
    async with open_audit(settings, tell=told.append, seconds=0.5) as journal:
        await journal.request(replace(ENTRY, console="hq"))
    assert told == [
        "timed out delivering the documents of this action; the remaining ones are stored and delivered later"
    ]
    opened = await Database.open(tmp_path / "state")
    assert ("search",) in await _rows(opened, "SELECT output FROM spooled")
    await opened.close()


async def test_what_an_output_refuses_goes_to_the_dead_letters(database: Database) -> None:
    """It waits no longer, and lies there with its reason."""
    search = Search()
    search.refuses = True
    await _act(database, search)
    assert len(await _drained(database, search)) == 1
    found = DeadLetterFiles(database.path.parent).read("response_action")
    assert [(letter.output, letter.console, letter.reason) for letter in found] == [
        ("search", "hq", "no such field")
    ] * 2
    assert await _rows(database, "SELECT * FROM spooled") == []


async def test_of_two_processes_one_delivers(database: Database) -> None:
    """While one is at it the other leaves it alone, without waiting and without an error."""
    search = Search()
    search.goes_on.clear()
    await _act(database, search)
    first = asyncio.create_task(_drained(database, search))
    await search.begun.wait()
    other = await Database.open(database.path.parent)
    assert await _drained(other, search) == []
    await other.close()
    search.goes_on.set()
    assert await first == []
    assert search.got == ["requested", "finished"]


class Slow(Store):
    """A store whose documents are on their way until it is told to go on."""

    begun = asyncio.Event()
    goes_on = asyncio.Event()

    async def deliver(self, batch: Batch) -> Delivered:
        """Wait, then deliver."""
        self.begun.set()
        await self.goes_on.wait()
        return await super().deliver(batch)


async def test_of_two_processes_one_commits(database: Database) -> None:
    """Two that drain into the store at once need no lock: what the slower one wrote is taken back with its commit."""
    slow, other = Slow(database), await Database.open(database.path.parent)
    store = Store(other)
    await _act(database, store)
    first = asyncio.create_task(_drained(database, slow))
    await slow.begun.wait()
    assert await _drained(other, store) == []
    assert await _rows(database, "SELECT count(*) FROM documents") == [(2,)]
    await _rows(other, "DELETE FROM documents")
    await other.close()
    slow.goes_on.set()
    assert await first == []
    assert await _rows(database, "SELECT count(*) FROM documents") == [(0,)]


async def test_a_crash_behind_a_delivery_brings_the_same_ids_again(database: Database) -> None:
    """What was delivered but not yet noted comes once more as the same documents."""
    search, ids = Search(), list[str]()

    async def died(batch: Batch) -> Delivered:
        ids.extend(identity for identity, _ in batch.documents)
        raise asyncio.CancelledError

    deliver, search.deliver = search.deliver, died  # type: ignore[method-assign]
    await _act(database, search)
    with pytest.raises(asyncio.CancelledError):
        await _drained(database, search)
    waiting = await _rows(database, "SELECT id FROM spooled ORDER BY number")
    assert [row[0] for row in waiting] == ids
    search.deliver = deliver  # type: ignore[method-assign]
    assert await _drained(database, search) == []
    assert search.got == ["requested", "finished"]


async def test_a_failed_commit_writes_nothing(database: Database) -> None:
    """Where the rows can't be removed the store keeps nothing either: both are one transaction."""
    store = Store(database)
    await _act(database, store)
    await _rows(database, "CREATE TRIGGER full BEFORE DELETE ON spooled BEGIN SELECT raise(ABORT, 'no'); END")
    [trouble] = await _drained(database, store)
    assert "no" in trouble
    assert await _rows(database, "SELECT * FROM documents") == []
    await _rows(database, "DROP TRIGGER full")
    assert await _drained(database, store) == []
    assert await _rows(database, "SELECT count(*) FROM documents") == [(2,)]


async def test_run_tells_of_trouble_once_and_goes_on(database: Database) -> None:
    """An output that stays down is warned of once, and what comes later is delivered."""
    search = Search()
    outboxes = Outboxes(database, search)
    search.failure = OutputError("search: down")
    await _act(database, search)
    for _ in range(3):
        assert not await outboxes.once()
    search.failure = None
    assert await outboxes.once()
    assert search.got == ["requested", "finished"]
    assert outboxes.lines == [
        "search: does not accept documents, so documents wait in its outbox: down",
        "search: accepts documents again",
    ]


class Busy(Search):
    """An output that is busy for as long as anybody looks."""

    name = "busy"

    def __init__(self) -> None:
        super().__init__()
        self.goes_on.clear()


async def test_a_busy_output_delays_nobody_and_no_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it never answers, the others get what comes later, too; a stop ends it all without waiting for it."""
    monkeypatch.setattr("s1ecs.outputs.spool.drain.FIRST_PAUSE", 0.001)
    busy, search = Busy(), Search()
    outboxes = Outboxes(database, busy, search)
    async with meanwhile(each.drain.forever() for each in outboxes.drained):
        for identity in ("first", "second"):
            await _act(database, busy, search, identity=identity)
            async with asyncio.timeout(120):
                while await _rows(database, "SELECT * FROM spooled WHERE output = 'search'"):
                    pass
        await busy.begun.wait()
    async with asyncio.timeout(120):
        for each in outboxes.drained:
            await each.close()
    assert search.got == ["requested", "finished"] * 2
    assert await _rows(database, "SELECT output, count(*) FROM spooled GROUP BY output") == [("busy", 4)]
    assert outboxes.lines == []


async def test_an_output_that_is_gone_is_said(database: Database) -> None:
    """What waits for an output that was renamed or taken away stays, and is said when collecting begins."""
    await _act(database, Search())
    with structlog.testing.capture_logs() as lines:
        async with draining([Store(database)], SqliteState(database), structlog.get_logger()):
            pass
    [line] = lines
    assert line["event"].startswith("search: documents are waiting in the outbox of response actions, but the")
    assert await _rows(database, "SELECT count(*) FROM spooled") == [(2,)]


async def test_a_document_that_waits_counts_as_held(database: Database, tmp_path: Path) -> None:
    """Whoever fills an output with what it lacks gives it nothing that its outbox will bring: it comes once."""
    files = _files(database, tmp_path)
    await files.open({})
    await _act(database, files)
    outboxes = Outboxes(database, files)
    [waiting, other] = [row[0] for row in await _rows(database, "SELECT id FROM spooled")]
    feed = ("hq", "prod", "response_action")
    assert await files.present(*feed, [waiting]) == frozenset()
    assert await outboxes.drained[0].present(*feed, [waiting, other, "else"]) == {waiting, other}
    assert await outboxes.once()
    assert await outboxes.drained[0].present(*feed, [waiting, other, "else"]) == {waiting, other}


async def test_whoever_reads_beside_sees_what_waits(database: Database, tmp_path: Path) -> None:
    """How many documents each output lacks, and since when; they are no backlog; nothing where nobody ever acted."""
    assert read_waiting(tmp_path / "nothing here") == []
    assert read_waiting(database.path.parent) == []
    await _act(database, Search(), Store(database))
    assert await _drained(database, Store(database)) == []
    assert read_waiting(database.path.parent) == [WaitingAudit("search", 2, NOON)]
    assert read_spools(database.path.parent) == []


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
    assert "its path is or contains a regular file" in told[0]
    opened = await Database.open(tmp_path / "state")
    assert await _rows(opened, "SELECT output FROM spooled") == [(f"files {tmp_path / 'out'}",)]
    assert await _rows(opened, "SELECT count(*) FROM documents") == [(1,)]
    (tmp_path / "out").unlink()
    files = _files(opened, tmp_path, "out")
    await files.open({})
    assert await _drained(opened, files) == []
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
    assert await _rows(opened, "SELECT output FROM spooled") == [("files -",)]
    await opened.close()
