"""The state in a schema of its own on a real PostgreSQL server."""

import uuid
from contextlib import AsyncExitStack

from s1ecs.state.checkpoints import WalkName
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.outbox import PostgresOutbox
from s1ecs.state.postgresql.readonly import ReadOnlyPostgres
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.state import PostgresState

from .kinds import NOW, running

_DYING = """
import asyncio, sys
from s1ecs.state.checkpoints import Commit, SeenIds, WalkName
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.state import PostgresState

def block(transaction):
    transaction.execute("INSERT INTO outputs (name, since) VALUES ('half', 'written')")
    print("ready", flush=True)
    sys.stdin.read()

async def main(url, schema, position, *walk):
    state = await PostgresState.open(PostgresServer(url, schema))
    seen = SeenIds([(position, "2026-01-31T12:00:00.000Z")])
    await state.checkpoints.commit(WalkName(*walk), Commit({"at": position}, seen=seen, writes=[block]))

asyncio.run(main(*sys.argv[1:]))
"""
_HOLDING = """
import asyncio, sys
from s1ecs.state.checkpoints import WalkName
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.leases import PostgresLeases
from s1ecs.state.postgresql.server import PostgresServer

async def main(url, schema, life, *walk):
    database = await PostgresDatabase.open(PostgresServer(url, schema))
    async with PostgresLeases(database, float(life)).held([WalkName(*walk)]):
        print("ready", flush=True)
        await asyncio.sleep(600)

asyncio.run(main(*sys.argv[1:]))
"""


class PostgresKind:
    """The state in PostgreSQL."""

    lease_life = 1.0

    def __init__(self, url: str) -> None:
        self.server = PostgresServer(url, f"test_{uuid.uuid4().hex}")

    async def open(self) -> PostgresState:
        """Open the state."""
        return PostgresState(await PostgresDatabase.open(self.server), lambda: NOW)

    def readable(self) -> ReadOnlyPostgres:
        """Return the state for reading."""
        return ReadOnlyPostgres(self.server)

    def outbox(self) -> PostgresOutbox:
        """Return the outbox."""
        return PostgresOutbox()

    async def die_in_commit(self, walk: WalkName, position: str) -> None:
        """Kill a process that is inside the transaction."""
        with running(_DYING, self.server.url, self.server.schema, position, *walk):
            pass

    def holder(self, walk: WalkName) -> "PostgresHolder":
        """Return another process."""
        return PostgresHolder(self.server.url, self.server.schema, self.lease_life, *walk)


class PostgresHolder:
    """Another process with a lease on the same schema."""

    def __init__(self, *arguments: object) -> None:
        self._arguments = arguments
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """Start the process, which takes the lease."""
        self._stack.enter_context(running(_HOLDING, *self._arguments))

    async def kill(self) -> None:
        """Kill the process."""
        await self._stack.aclose()
