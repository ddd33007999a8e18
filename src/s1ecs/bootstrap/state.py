"""From settings to the state: the only place that knows which kind of state it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from s1ecs.errors import StateError
from s1ecs.state.sqlite.database import FILE_NAME, is_there, no_state
from s1ecs.state.sqlite.state import ReadOnlyState, SqliteState
from s1ecs.state.state import ReadableState


@asynccontextmanager
async def open_state(folder: Path) -> AsyncIterator[SqliteState]:
    """Open, create or upgrade the state in a folder; raise StateError with what to do."""
    state = await SqliteState.open(folder)
    try:
        yield state
    finally:
        await state.close()


def open_readonly(folder: Path) -> ReadableState:
    """Return the state in a folder for reading beside the collector."""
    return ReadOnlyState(folder)


def has_state(folder: Path) -> bool:
    """Tell whether there is a state in a folder; raise StateError if that is not known."""
    return is_there(folder / FILE_NAME)


def missing_state(folder: Path) -> str:
    """Return a text that says that there is no state in a folder, "" where there is one; raise StateError."""
    return "" if has_state(folder) else str(no_state(folder))


def require_state(folder: Path) -> None:
    """Raise StateError where there is no state in a folder; for commands that only read, which create none."""
    if text := missing_state(folder):
        raise StateError(text)
