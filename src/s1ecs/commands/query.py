"""`s1ecs query`: SQL over the store, reading only."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from s1ecs.commands.terminal.spinner import waiting_if_slow
from s1ecs.commands.terminal.tables import Row
from s1ecs.errors import UsageError
from s1ecs.state.sqlite.database import FILE_NAME, connect_for_reading, explained, interruptible

Print = Callable[[Sequence[str], Iterable[Row]], None]

# What a statement may do; everything else, such as attaching another file, is denied before it runs.
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_PRAGMAS = frozenset({"table_info", "table_xinfo", "table_list", "function_list", "page_count", "page_size"})

# Names of views that are words of SQL, too; they stand in quotation marks.
_RESERVED = frozenset({"group"})

# Errors of the file, or Ctrl-C, not of the statement.
_NOT_OF_THE_STATEMENT = (
    "SQLITE_INTERRUPT",
    "SQLITE_CORRUPT",
    "SQLITE_NOTADB",
    "SQLITE_IOERR",
    "SQLITE_CANTOPEN",
    "SQLITE_BUSY",
    "SQLITE_FULL",
)


def query(state_folder: Path, sql: str, show: Print) -> None:
    """Run one statement and show its rows; raise UsageError for SQL that SQLite refuses or that does not only read."""
    path = state_folder / FILE_NAME
    with closing(connect_for_reading(path)) as connection, explained(path):
        views = _views(connection)
        interruptible(connection)
        connection.set_authorizer(_authorize)
        try:
            with waiting_if_slow("Querying"):
                cursor = connection.execute(sql)
            if cursor.description is None:
                raise UsageError(f"query: the statement returns no rows; write a SELECT; {views}")
            show([column[0] for column in cursor.description], cursor)
        except (sqlite3.Error, sqlite3.Warning) as error:
            if getattr(error, "sqlite_errorname", "").startswith(_NOT_OF_THE_STATEMENT):
                raise
            raise UsageError(f"query: {_told(error)}; {views}") from None


def column_of(state_folder: Path, sql: str, preferred: Sequence[str], *, required: str = "") -> list[str]:
    """The values of one column of a statement's rows, each once: of the first preferred name, else of the first column.

    Rows without a value are passed over. Raises UsageError as `query` does, and with the text `required`, where there
    is one, for a statement without a preferred column.
    """
    values: list[str] = []

    def take(columns: Sequence[str], rows: Iterable[Row]) -> None:
        if required and not set(preferred).intersection(columns):
            raise UsageError(required)
        place = next((columns.index(name) for name in preferred if name in columns), 0)
        values.extend(str(row[place]) for row in rows if row[place] not in {None, ""})

    query(state_folder, sql, take)
    return list(dict.fromkeys(values))


def _told(error: sqlite3.Error | sqlite3.Warning) -> str:
    """Explain an error of SQLite, in words of this command where SQLite's own would mislead."""
    if getattr(error, "sqlite_errorname", "") == "SQLITE_AUTH":
        return "only read-only statements are allowed"
    if isinstance(error, sqlite3.ProgrammingError | sqlite3.Warning) and "one statement" in str(error):
        return "only one statement is allowed"
    return str(error)


def _authorize(action: int, first: str | None, *_: str | None) -> int:
    if action in _ALLOWED or (action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _views(connection: sqlite3.Connection) -> str:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name").fetchall()
    names = [f'"{name}"' if name in _RESERVED else name for (name,) in rows]
    return f"views: {', '.join(names)}" if names else "no views yet, run s1ecs collect first"
