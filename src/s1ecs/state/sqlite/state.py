"""The state in one SQLite file."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from s1ecs.state.checkpoints import WalkName
from s1ecs.state.consoles import ConsoleNames, KnownConsole
from s1ecs.state.heartbeats import ConsoleClock, Life, Run, TokenExpiry
from s1ecs.state.journal import ActionRow
from s1ecs.state.outbox import Spooled, WaitingAudit
from s1ecs.state.retention import PruneCursor, Stepped, Stopwatch
from s1ecs.state.sqlite import consoles, document_retention, heartbeats
from s1ecs.state.sqlite.actions import read_actions, read_waiting
from s1ecs.state.sqlite.archive import SqliteArchiving
from s1ecs.state.sqlite.checkpoints import SqliteCheckpoints
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.file_marks import SqliteFileMarks
from s1ecs.state.sqlite.journal import SqliteJournal
from s1ecs.state.sqlite.known_outputs import SqliteKnownOutputs
from s1ecs.state.sqlite.leases import SqliteLeases
from s1ecs.state.sqlite.metadata import collector_id
from s1ecs.state.sqlite.outbox import SqliteOutbox, read_spools
from s1ecs.state.sqlite.output_marks import SqliteOutputMarks
from s1ecs.state.sqlite.poll_status import read_polls, save_note
from s1ecs.state.sqlite.readonly import reading
from s1ecs.state.status import Key, LastPoll, PollNote
from s1ecs.state.transaction import Transaction

T = TypeVar("T")


def _utc() -> datetime:
    return datetime.now(UTC)


class SqliteState:
    """An open state database with all that it holds; `clock` is this machine's, in UTC, for signs of life."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _utc) -> None:
        self.database = database
        self.checkpoints = SqliteCheckpoints(database, clock)
        self.leases = SqliteLeases(database.path.parent)
        self.journal = SqliteJournal(database)
        self.status = SqliteStatus(database, clock)
        self.heartbeats = SqliteHeartbeats(database)
        self.consoles = SqliteConsoles(database)
        self.outputs = SqliteKnownOutputs(database)
        self.retention = SqliteRetention(database)
        self.archiving = SqliteArchiving(database)
        self.outbox = SqliteOutbox()
        self.output_marks = SqliteOutputMarks()
        self.file_marks = SqliteFileMarks()

    @classmethod
    async def open(cls, folder: Path) -> Self:
        """Open, create or upgrade the state in a folder; raise StateError with what to do."""
        return cls(await Database.open(folder))

    async def collector_id(self) -> str:
        """Return the id of the collector, made at first use."""
        return await collector_id(self.database)

    async def run(self, work: Callable[[Transaction], T], *, durable: bool = True) -> T:
        """Do `work` in a transaction of its own, between two commits."""
        return await self.database.run(work, durable=durable)

    async def run_blocking(self, work: Callable[[], T]) -> T:
        """Do `work` on the database's thread, outside of any transaction."""
        return await self.database.run_blocking(work)

    async def close(self) -> None:
        """Close the file; what was committed stays."""
        await self.database.close()


class SqliteStatus:
    """The status of streams in one SQLite file."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def note(self, walk: WalkName, note: PollNote) -> None:
        """Save how a poll ended."""

        def save(connection: sqlite3.Connection) -> None:
            save_note(connection, walk, note)
            if note.state == "ok":
                heartbeats.save_good(connection, walk.console, walk.stream, self._clock())

        await self._database.run(save, durable=False)


class SqliteHeartbeats:
    """Signs of life in one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_run(self, run: Run) -> None:
        """Save that a `run` is at work, or that it was told to stop."""
        await self._database.run(partial(heartbeats.save_run, run=run))

    async def tokens(self) -> Mapping[str, TokenExpiry]:
        """Return each console's token as last learned."""
        return await self._database.run(heartbeats.tokens)

    async def save_token(self, console: str, token: TokenExpiry) -> None:
        """Save when a console's token expires."""
        await self._database.run(partial(heartbeats.save_token, console=console, token=token))

    async def save_clock(self, console: str, clock: ConsoleClock) -> None:
        """Save how far a console's clock is ahead of ours."""
        await self._database.run(partial(heartbeats.save_clock, console=console, clock=clock))


class SqliteConsoles:
    """The consoles of one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def names(self) -> ConsoleNames:
        """Return the consoles that the state knows, and those that were collected."""

        def read(connection: sqlite3.Connection) -> ConsoleNames:
            return ConsoleNames(consoles.known_consoles(connection), consoles.names_with_state(connection))

        return await self._database.run(read)

    async def save(self, console: KnownConsole) -> None:
        """Save the identity of a console."""
        await self._database.run(partial(consoles.save_console, console=console))

    async def walks_of(self, name: str) -> Sequence[tuple[str, str]]:
        """Return the walks of a console that have a checkpoint."""
        return await self._database.run(partial(consoles.walks_of, name=name))

    async def rename(self, old: KnownConsole, name: str) -> KnownConsole:
        """Move the state of a console to another name in one commit."""
        return await self._database.run(partial(consoles.rename_console, old=old, name=name))

    async def move_documents(self, old: str, name: str) -> int:
        """Give some of the documents of the store the console's new name."""
        return await self._database.run(partial(consoles.move_documents, old=old, name=name))


class SqliteRetention:
    """Pruning of the documents in one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prune_step(self, place: PruneCursor, before: str | None, size: int | None, clock: Stopwatch) -> Stepped:
        """Remove some documents behind a place."""
        step = partial(document_retention.prune_step, place=place, before=before, size=size, clock=clock)
        return await self._database.run(step)

    async def used_bytes(self) -> int:
        """Return the bytes in use, except for what waits in spools."""
        return await self._database.run(document_retention.used_bytes)

    async def give_back(self, clock: Stopwatch) -> bool:
        """Return some free space to the disk; tell whether there is more."""
        return await self._database.run(partial(document_retention.give_back, clock=clock))


class ReadOnlyState:
    """The state in a folder, read beside the collector; opened anew for each question."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def polls(self) -> Mapping[Key, LastPoll]:
        """Return each stream's last poll."""
        return read_polls(self._folder)

    def life(self) -> Life:
        """Return all signs of life."""
        return heartbeats.read_life(self._folder)

    def consoles(self) -> Sequence[KnownConsole]:
        """Return the consoles that the state knows."""
        return consoles.read_consoles(self._folder)

    def actions(self) -> Sequence[ActionRow]:
        """Return all response actions, the newest first."""
        return read_actions(self._folder)

    def collected_consoles(self) -> frozenset[str]:
        """Return the names under which something was collected."""
        with reading(self._folder, "checkpoints") as connection:
            return frozenset() if connection is None else consoles.names_with_state(connection)

    def backlogs(self) -> Sequence[Spooled]:
        """Return what waits for each output, documents of response actions aside."""
        return read_spools(self._folder)

    def waiting_audits(self) -> Sequence[WaitingAudit]:
        """Return the documents of response actions that wait for each output."""
        return read_waiting(self._folder)
