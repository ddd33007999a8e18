"""The kinds of state, each with its own way of having a second process that dies."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from s1ecs.state.checkpoints import Commit, SeenIds, WalkName
from s1ecs.state.memory.outbox import MemoryOutbox
from s1ecs.state.memory.state import MemoryState, ReadableMemory
from s1ecs.state.memory.tables import Tables
from s1ecs.state.outbox import Outbox
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.outbox import SqliteOutbox
from s1ecs.state.sqlite.state import ReadOnlyState, SqliteState
from s1ecs.state.state import ReadableState, State
from s1ecs.state.transaction import Transaction

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
WALK = WalkName("one", "alert", "live")


class Kind(Protocol):
    """One kind of state; all that it opens is the same state."""

    # Seconds after which the leases of a dead process are free.
    lease_life: float

    async def open(self) -> State:
        """Open the state, as another process that is started does."""

    def readable(self) -> ReadableState:
        """Return the state as another process reads it."""

    def outbox(self) -> Outbox:
        """Return the outbox of this kind."""

    async def die_in_commit(self, walk: WalkName, position: str) -> None:
        """Let a process die in the middle of a commit that saves `{"at": position}` and the id of that text."""

    def holder(self, walk: WalkName) -> "Holder":
        """Return another process, which will hold a lease."""


class Holder(Protocol):
    """Another process that holds a lease."""

    async def start(self) -> None:
        """Take the lease."""

    async def kill(self) -> None:
        """Die without releasing it."""


class MemoryKind:
    """The state in memory."""

    lease_life = 0.0

    def __init__(self) -> None:
        self.tables = Tables()

    async def open(self) -> MemoryState:
        """Open the state."""
        return MemoryState(self.tables, lambda: NOW)

    def readable(self) -> ReadableMemory:
        """Return the state for reading."""
        return ReadableMemory(self.tables)

    def outbox(self) -> MemoryOutbox:
        """Return the outbox."""
        return MemoryOutbox()

    async def die_in_commit(self, walk: WalkName, position: str) -> None:
        """Interrupt a commit."""

        def die(transaction: Transaction) -> None:
            assert transaction is self.tables
            self.tables.outputs["half"] = "written"
            raise KeyboardInterrupt

        state = await self.open()
        try:
            seen = SeenIds([(position, "2026-01-31T12:00:00.000Z")])
            await state.checkpoints.commit(walk, Commit({"at": position}, seen=seen, writes=[die]))
        except KeyboardInterrupt:
            await state.close()

    def holder(self, walk: WalkName) -> "MemoryHolder":
        """Return another owner."""
        return MemoryHolder(MemoryState(self.tables), walk)


class MemoryHolder:
    """Another owner of leases on the same tables."""

    def __init__(self, state: MemoryState, walk: WalkName) -> None:
        self._state = state
        self._walk = walk
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """Take the lease."""
        await self._stack.enter_async_context(self._state.leases.held([self._walk]))

    async def kill(self) -> None:
        """Drop everything that this owner holds."""
        await self._state.close()


_DYING = """
import asyncio, sys
from pathlib import Path
from s1ecs.state.checkpoints import Commit, SeenIds, WalkName
from s1ecs.state.sqlite.state import SqliteState

def block(transaction):
    transaction.execute("INSERT INTO outputs (name, since) VALUES ('half', 'written')")
    print("ready", flush=True)
    sys.stdin.read()

async def main(folder, position, *walk):
    state = await SqliteState.open(Path(folder))
    seen = SeenIds([(position, "2026-01-31T12:00:00.000Z")])
    await state.checkpoints.commit(WalkName(*walk), Commit({"at": position}, seen=seen, writes=[block]))

asyncio.run(main(*sys.argv[1:]))
"""
_HOLDING = """
import asyncio, sys
from pathlib import Path
from s1ecs.state.checkpoints import WalkName
from s1ecs.state.sqlite.leases import SqliteLeases

async def main(folder, *walk):
    async with SqliteLeases(Path(folder)).held([WalkName(*walk)]):
        print("ready", flush=True)
        sys.stdin.read()

asyncio.run(main(*sys.argv[1:]))
"""


@contextmanager
def running(program: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Run a program until it is ready; it is killed with SIGKILL at the end, if it was not before."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


class SqliteKind:
    """The state in a SQLite file."""

    lease_life = 0.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def open(self) -> SqliteState:
        """Open the state."""
        return SqliteState(await Database.open(self.folder), lambda: NOW)

    def readable(self) -> ReadOnlyState:
        """Return the state for reading."""
        return ReadOnlyState(self.folder)

    def outbox(self) -> SqliteOutbox:
        """Return the outbox."""
        return SqliteOutbox()

    async def die_in_commit(self, walk: WalkName, position: str) -> None:
        """Kill a process that is inside the transaction."""
        with running(_DYING, self.folder, position, *walk):
            pass

    def holder(self, walk: WalkName) -> "SqliteHolder":
        """Return another process."""
        return SqliteHolder(self.folder, walk)


class SqliteHolder:
    """Another process with a lease on the same folder."""

    def __init__(self, folder: Path, walk: WalkName) -> None:
        self._arguments = (folder, *walk)
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """Start the process, which takes the lease."""
        self._stack.enter_context(running(_HOLDING, *self._arguments))

    async def kill(self) -> None:
        """Kill the process."""
        await self._stack.aclose()


@asynccontextmanager
async def opened(kind: Kind) -> AsyncIterator[State]:
    """Open the state for a while."""
    state = await kind.open()
    try:
        yield state
    finally:
        await state.close()
