"""The state under test, once of each kind."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from s1ecs.state.state import State
from servers.postgresql import PostgresCluster
from tests.postgres import started_postgres

from .kinds import Kind, MemoryKind, SqliteKind, opened
from .postgres_kind import PostgresKind


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A PostgreSQL server; skip with the reason where none is installed."""
    with started_postgres(fsync="off") as server:
        yield server


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Kind:
    """A kind of state, without any content."""
    if request.param == "postgresql":
        server: PostgresCluster = request.getfixturevalue("postgres")
        return PostgresKind(server.url())
    return MemoryKind() if request.param == "memory" else SqliteKind(tmp_path / "state")


@pytest.fixture
async def state(kind: Kind) -> AsyncIterator[State]:
    """An open state."""
    async with opened(kind) as state:
        yield state
