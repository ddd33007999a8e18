"""The database of a state that many machines share, opened for a short look or change."""

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from s1ecs.errors import UsageError
from s1ecs.extras import require
from s1ecs.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from s1ecs.state.postgresql.database import PostgresDatabase


@asynccontextmanager
async def open_database(settings: Settings) -> "AsyncIterator[PostgresDatabase]":
    """Open the database of the settings; raise UsageError where the state is a file of this machine."""
    if settings.state is None:
        raise UsageError("this needs a state in PostgreSQL: set 'state', see docs/scaling.md")
    require("cluster")
    from s1ecs.state.postgresql.database import PostgresDatabase
    from s1ecs.state.postgresql.server import PostgresServer

    database = await PostgresDatabase.open(PostgresServer(settings.state.reveal(), settings.state_schema))
    try:
        yield database
    finally:
        await database.close()
