"""An output of many moods, and a spool before it, on a state database of their own."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from s1ecs.errors import OutputError
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.output import Batch, Capabilities, Delivered, LookupMode, RefusedDocument
from s1ecs.outputs.spool.drain import SpoolEnvironment
from s1ecs.outputs.spool.spool import Spool, SpoolLimits
from s1ecs.state.output_marks import Mark
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.leases import SqliteLeases
from s1ecs.state.sqlite.outbox import SqliteOutbox
from s1ecs.state.sqlite.output_marks import SqliteOutputMarks

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Moody:
    """An output that keeps one copy of a document, refuses those whose id ends in `r`, and fails as it is told.

    `well`; `dead`: it raises at once; `broken`: it takes the first document and raises; `hanging`: it takes all and
    never says so. `seconds` is what it needs for a batch.
    """

    capabilities = Capabilities(refuses=True)

    def __init__(self, name: str = "search") -> None:
        self.name = name
        self.mood = "well"
        self.seconds = 0.0
        self.took: dict[str, Any] = {}
        self.batches: list[Batch] = []
        self.open_now = False
        self.strict = False

    async def open(self, _mark: Mark) -> None:
        """Make ready."""
        self.open_now = True

    async def deliver(self, batch: Batch) -> Delivered:
        """Take a batch as the mood is."""
        if self.mood == "dead":
            raise OutputError(f"{self.name}: connection refused")
        self.batches.append(batch)
        taken = batch.documents[:1] if self.mood == "broken" else batch.documents
        for identity, document in taken:
            if not identity.endswith("r"):
                self.took.setdefault(identity, document)
        if self.mood == "broken":
            raise OutputError("connection reset")
        await (asyncio.Event().wait() if self.mood == "hanging" else asyncio.sleep(self.seconds))
        return Delivered([RefusedDocument(name, document, "no r") for name, document in taken if name.endswith("r")])

    async def check(self) -> None:
        """Look."""
        if self.mood == "hanging":
            await asyncio.Event().wait()
        if self.mood != "well":
            raise OutputError(f"{self.name}: connection refused")

    async def close(self) -> None:
        """Let go."""
        self.open_now = False


class Telling(Moody):
    """The same, and it can be asked what it took but, with `strict`, not while it is dead."""

    capabilities = Capabilities(lookup=LookupMode.IDS, refuses=True)

    async def present(
        self, _console: str, _namespace: str, _stream: str, ids: Sequence[str], *, for_now: bool = False
    ) -> frozenset[str]:
        """Those that it took, of whatever feed."""
        del for_now
        if self.mood == "dead" and self.strict:
            raise OutputError("connection refused")
        return frozenset(ids) & frozenset(self.took)


class Rig:
    """A spool before a moody output: what a process has, and another process after a crash has anew.

    Its clock stands still; `lines` are what it put into the log.
    """

    def __init__(self, database: Database, inner: Moody, limits: SpoolLimits) -> None:
        self.database = database
        self.inner = inner
        self.limits = limits
        self.lines: list[str] = []
        self.clock = 0.0
        self.spool = self.process()

    def process(self) -> Spool:
        """A spool as a process that has just begun makes it."""
        place = SpoolEnvironment(
            self.database,
            SqliteOutbox(),
            SqliteOutputMarks(),
            SqliteLeases(self.database.path.parent),
            DeadLetterFiles(self.database.path.parent),
            now=lambda: NOW,
            clock=lambda: self.clock,
            warn=self.lines.append,
            tell=self.lines.append,
        )
        self.spool = Spool(self.inner, self.limits, place)
        return self.spool

    async def give(self, identities: str, stream: str = "alert") -> None:
        """Deliver documents, named by a letter each, and commit as collecting does."""
        await self.give_batch(batch_of(identities.split(), stream))

    async def give_batch(self, batch: Batch) -> None:
        """Deliver a batch and commit as collecting does."""
        await self.commit(await self.spool.deliver(batch))

    async def commit(self, delivered: Delivered) -> None:
        """The checkpoint's transaction."""

        def save(connection: sqlite3.Connection) -> None:
            for write in delivered.writes:
                write(connection)

        await self.database.run(save)

    async def waiting(self) -> list[str]:
        """The ids that wait, in their order."""
        rows = await self.asked(
            lambda connection: connection.execute("SELECT id FROM spooled ORDER BY number").fetchall()
        )
        return [row[0] for row in rows]

    async def asked(self, question: Callable[[sqlite3.Connection], Any]) -> Any:
        """What the database says."""
        return await self.database.run(question)


def batch_of(identities: Sequence[str], stream: str = "alert", **more: Any) -> Batch:
    """Small documents of those ids."""
    return Batch("default", "blue", stream, [(name, {"name": name, **more}) for name in identities])
