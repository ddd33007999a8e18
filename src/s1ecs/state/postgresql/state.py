"""The state in one schema of a PostgreSQL database."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self, TypeVar

from s1ecs.state.no_documents import NoArchiving, NoRetention
from s1ecs.state.postgresql.checkpoints import PostgresCheckpoints
from s1ecs.state.postgresql.consoles import PostgresConsoles
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.file_marks import PostgresFileMarks
from s1ecs.state.postgresql.journal import PostgresJournal
from s1ecs.state.postgresql.known_outputs import PostgresKnownOutputs
from s1ecs.state.postgresql.leases import LIFE_SECONDS, PostgresLeases
from s1ecs.state.postgresql.outbox import PostgresOutbox
from s1ecs.state.postgresql.output_marks import PostgresOutputMarks
from s1ecs.state.postgresql.poll_status import PostgresStatus
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.signs_of_life import PostgresHeartbeats
from s1ecs.state.postgresql.transaction import PgConnection
from s1ecs.state.transaction import Transaction

T = TypeVar("T")


def _utc() -> datetime:
    return datetime.now(UTC)


class PostgresState:
    """An open state with all that it holds.

    `clock` is this machine's, in UTC, for signs of life; leases expire after `lease_life` seconds without one.
    """

    def __init__(
        self, database: PostgresDatabase, clock: Callable[[], datetime] = _utc, lease_life: float = LIFE_SECONDS
    ) -> None:
        self.database = database
        self.leases = PostgresLeases(database, lease_life)
        self.checkpoints = PostgresCheckpoints(database, self.leases, clock)
        self.journal = PostgresJournal(database)
        self.status = PostgresStatus(database, clock)
        self.heartbeats = PostgresHeartbeats(database)
        self.consoles = PostgresConsoles(database)
        self.outputs = PostgresKnownOutputs(database)
        self.retention = NoRetention()
        self.archiving = NoArchiving()
        self.outbox = PostgresOutbox()
        self.output_marks = PostgresOutputMarks()
        self.file_marks = PostgresFileMarks()

    @classmethod
    async def open(cls, server: PostgresServer) -> Self:
        """Open, create or migrate the state; raise StateError with what to do."""
        return cls(await PostgresDatabase.open(server))

    async def collector_id(self) -> str:
        """Return the id of the collector, made at first use: one for all processes on this state."""
        first = str(uuid.uuid4())

        def read(connection: PgConnection) -> str:
            connection.execute(
                "INSERT INTO about (name, value) VALUES ('collector_id', %s) ON CONFLICT DO NOTHING", [first]
            )
            [(value,)] = connection.execute("SELECT value FROM about WHERE name = 'collector_id'").fetchall()
            return str(value)

        return await self.database.run(read)

    async def run(self, work: Callable[[Transaction], T], *, durable: bool = True) -> T:
        """Do `work` in a transaction of its own, perhaps repeatedly; what is committed is done once."""
        return await self.database.run(work, durable=durable)

    async def run_blocking(self, work: Callable[[], T]) -> T:
        """Do `work` on a thread, one after the other, outside of any transaction."""
        return await self.database.run_blocking(work)

    async def close(self) -> None:
        """Close the connections; what was committed stays."""
        await self.leases.close()
        await self.database.close()
