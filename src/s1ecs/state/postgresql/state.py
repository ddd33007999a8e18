"""The state in one schema of a PostgreSQL database."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self, TypeVar

from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.transaction import Transaction

T = TypeVar("T")


def _utc() -> datetime:
    return datetime.now(UTC)


class PostgresState:
    """An open state with all that it holds; `clock` is this machine's, in UTC, for signs of life."""

    def __init__(self, database: PostgresDatabase, clock: Callable[[], datetime] = _utc) -> None:
        self.database = database

    @classmethod
    async def open(cls, server: PostgresServer) -> Self:
        """Open, create or migrate the state; raise StateError with what to do."""
        return cls(await PostgresDatabase.open(server))

    async def run(self, work: Callable[[Transaction], T], *, durable: bool = True) -> T:
        """Do `work` in a transaction of its own, perhaps repeatedly; what is committed is done once."""
        return await self.database.run(work, durable=durable)

    async def run_blocking(self, work: Callable[[], T]) -> T:
        """Do `work` on a thread, one after the other, outside of any transaction."""
        return await self.database.run_blocking(work)

    async def close(self) -> None:
        """Close the connections; what was committed stays."""
        await self.database.close()
