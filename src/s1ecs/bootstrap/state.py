"""From settings to the state: the only place that knows which kind of state it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from s1ecs.errors import SettingsError, StateError
from s1ecs.extras import importing
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.settings import Settings
from s1ecs.settings.output_types import STORE
from s1ecs.state.dead_letters import DeadLetters
from s1ecs.state.sqlite.database import FILE_NAME, is_there, no_state
from s1ecs.state.sqlite.state import ReadOnlyState, SqliteState
from s1ecs.state.state import ReadableState, State

if TYPE_CHECKING:
    from s1ecs.state.postgresql.server import PostgresServer


@asynccontextmanager
async def open_state(settings: Settings) -> AsyncIterator[State]:
    """Open, create or upgrade the state of the settings; raise StateError with what to do."""
    state = await _opened(settings)
    try:
        yield state
    finally:
        await state.close()


async def _opened(settings: Settings) -> State:
    if settings.state is None:
        return await SqliteState.open(settings.state_dir)
    server = postgres_server(settings)
    from s1ecs.state.postgresql.state import PostgresState

    return await PostgresState.open(server)


def open_readonly(settings: Settings) -> ReadableState:
    """Return the state of the settings for reading beside whoever collects."""
    if settings.state is None:
        return ReadOnlyState(settings.state_dir)
    server = postgres_server(settings)
    from s1ecs.state.postgresql.readonly import ReadOnlyPostgres

    return ReadOnlyPostgres(server)


def dead_letters_of(settings: Settings) -> DeadLetters:
    """Return the dead letters that belong to the state of the settings."""
    if settings.state is None:
        return DeadLetterFiles(settings.state_dir)
    server = postgres_server(settings)
    from s1ecs.state.postgresql.dead_letters import PostgresDeadLetters

    return PostgresDeadLetters(server)


def has_state(settings: Settings) -> bool:
    """Tell whether the state of the settings is there; raise StateError if that is not known."""
    return not missing_state(settings)


def missing_state(settings: Settings) -> str:
    """Return a text that says that there is no state yet, "" where there is one; raise StateError."""
    if settings.state is None:
        return "" if is_there(settings.state_dir / FILE_NAME) else str(no_state(settings.state_dir))
    server = postgres_server(settings)
    from s1ecs.state.postgresql.readonly import has_tables

    if has_tables(server):
        return ""
    return (
        f"no state in {server}, schema {server.schema}: check the settings state and state_schema, or collect first "
        "(s1ecs collect)"
    )


def require_state(settings: Settings) -> None:
    """Raise StateError where there is no state; for commands that only read, which create none."""
    if text := missing_state(settings):
        raise StateError(text)


def refuse_store(settings: Settings) -> None:
    """Raise SettingsError where documents are to be stored locally, but the state is in PostgreSQL."""
    if settings.state is not None and any(output.type == STORE.name for output in settings.outputs):
        raise SettingsError(
            "outputs: the output store can't be used with the setting 'state': it is a file of one machine; configure "
            "another output, such as elasticsearch, opensearch, kafka or files"
        )


def postgres_server(settings: Settings) -> "PostgresServer":
    """Return the server of the setting `state`; raise MissingExtra where its client is not installed."""
    assert settings.state is not None
    with importing("cluster"):
        from s1ecs.state.postgresql.server import PostgresServer
    return PostgresServer(settings.state.reveal(), settings.state_schema)
