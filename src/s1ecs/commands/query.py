"""`s1ecs query`: SQL over the store, reading only."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from s1ecs.commands.tables import Row
from s1ecs.errors import UsageError
from s1ecs.state.database import FILE_NAME, connect_for_reading, explained

Print = Callable[[Sequence[str], Iterable[Row]], None]


def query(state_folder: Path, sql: str, show: Print) -> None:
    """Run one statement and show its rows; raise UsageError for SQL that SQLite refuses."""
    path = state_folder / FILE_NAME
    with closing(connect_for_reading(path)) as connection, explained(path):
        try:
            cursor = connection.execute(sql)
        except (sqlite3.OperationalError, sqlite3.ProgrammingError, sqlite3.Warning) as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF not in _REFUSED:
                raise
            raise UsageError(f"query: {error}; views to ask: {', '.join(_views(connection))}; it only reads") from None
        show([column[0] for column in cursor.description or ()], cursor)


# The primary codes of SQLite that blame the statement: an error in it, or a wish to write.
_REFUSED = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE})


def _views(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name")
    return [row[0] for row in rows] or ["none yet"]
