"""`s1ecs query`: SQL over the store, reading only."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from s1ecs.commands.querying import suggestions
from s1ecs.commands.querying.functions import TimeFunctions
from s1ecs.commands.querying.parameters import Value
from s1ecs.commands.querying.suggestions import Schema
from s1ecs.commands.terminal.spinner import waiting_if_slow
from s1ecs.commands.terminal.tables import Row
from s1ecs.errors import UsageError
from s1ecs.state.sqlite.database import FILE_NAME, connect_for_reading, explained, interruptible, is_of_the_file

Print = Callable[[Sequence[str], Iterable[Row]], None]

# What a statement may do; everything else, such as attaching another file, is denied before it runs.
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_PRAGMAS = frozenset({"table_info", "table_xinfo", "table_list", "function_list", "page_count", "page_size"})


def query(
    state_folder: Path,
    sql: str,
    show: Print,
    *,
    values: Mapping[str, Value] | None = None,
    now: datetime | None = None,
) -> None:
    """Run one statement and show its rows; raise UsageError for SQL that SQLite refuses or that does not only read.

    `values` are bound to the parameters of the statement; `now` is the time of its functions, by default the present.
    """
    path = state_folder / FILE_NAME
    functions = TimeFunctions(now or datetime.now(UTC))
    with closing(connect_for_reading(path)) as connection, explained(path):
        interruptible(connection)
        functions.add_to(connection)
        connection.set_authorizer(_authorize)
        try:
            with waiting_if_slow("Querying"):
                cursor = connection.execute(sql, dict(values or {}))
            if cursor.description is None:
                told = suggestions.views_told(_schema(connection))
                raise UsageError(f"query: the statement returns no rows; write a SELECT; {told}")
            show([column[0] for column in cursor.description], cursor)
        except (sqlite3.Error, sqlite3.Warning) as error:
            if is_of_the_file(error):
                raise
            told = functions.problem or suggestions.explained(_told(error), sql, _schema(connection))
            raise UsageError(f"query: {told}") from None


def list_views(state_folder: Path, show: Print, *, joined: bool) -> None:
    """Show each view with its columns: as one text for people (`joined`), as a list for programs."""
    path = state_folder / FILE_NAME
    with closing(connect_for_reading(path)) as connection, explained(path):
        schema = _schema(connection)
    if not schema:
        raise UsageError(f"query: {suggestions.views_told(schema)}")
    rows = [(suggestions.quoted(view), ", ".join(columns)) for view, columns in schema.items()]
    show(("view", "columns"), rows if joined else [*schema.items()])


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


def _schema(connection: sqlite3.Connection) -> Schema:
    """Return the columns of each view."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name").fetchall()
    return {name: [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')] for (name,) in names}
