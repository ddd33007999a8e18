"""The state under test, once of each kind."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from s1ecs.state.console_rows import ConsoleRows
from s1ecs.state.memory.console_rows import MemoryConsoleRows
from s1ecs.state.memory.tables import Tables
from s1ecs.state.postgresql.console_rows import PostgresConsoleRows
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.state import State

from .kinds import Kind, MemoryKind, SqliteKind, opened
from .postgres_kind import PostgresKind


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Kind:
    """A kind of state, without any content."""
    if request.param == "postgresql":
        return PostgresKind(request.getfixturevalue("postgres").url())
    return MemoryKind() if request.param == "memory" else SqliteKind(tmp_path / "state")


@pytest.fixture
async def state(kind: Kind) -> AsyncIterator[State]:
    """An open state."""
    async with opened(kind) as state:
        yield state


@pytest.fixture(params=["memory", "postgresql"])
async def open_rows(request: pytest.FixtureRequest) -> AsyncIterator[Callable[[], ConsoleRows]]:
    """Consoles as rows, without any yet; all that are opened are the same state's."""
    if request.param == "memory":
        tables = Tables()
        yield lambda: MemoryConsoleRows(tables)
        return
    database = await PostgresDatabase.open(PostgresServer(request.getfixturevalue("database_url")))
    try:
        yield lambda: PostgresConsoleRows(database)
    finally:
        await database.close()
