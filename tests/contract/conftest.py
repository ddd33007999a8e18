"""The state under test, once of each kind."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from s1ecs.state.state import State
from servers.account import server_folder
from servers.postgresql import PostgresCluster, start_postgres
from servers.unavailable import Unavailable

from .kinds import Kind, MemoryKind, SqliteKind, opened
from .postgres_kind import PostgresKind


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A PostgreSQL server; skip with the reason where none is installed."""
    with server_folder() as folder:
        try:
            server = start_postgres(folder, fsync="off")
        except Unavailable as reason:
            pytest.skip(str(reason))
        try:
            yield server
        finally:
            server.stop()


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
