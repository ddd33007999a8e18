"""The statement of an export: one view, a period, and a condition in SQL, which can only read."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from s1ecs.commands.querying.sql_words import has_positions, parameters_of
from s1ecs.errors import UsageError
from s1ecs.state.sqlite.database import is_of_the_file

# What the statement may do; everything else is denied before it runs.
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})

# Either alone could be left by closing what it opens.
_EXPRESSION_IN = ("SELECT (\n{}\n) FROM {}", "SELECT CASE WHEN\n{}\nTHEN 1 END FROM {}")


@dataclass(frozen=True)
class ExportSelection:
    """The documents of one view: from `start`, before `end` (None: no bound), where the SQL expression `where` holds.

    `ordered`: oldest first, which views of latest states have no index for.
    """

    view: str
    start: str | None = None
    end: str | None = None
    where: str = ""
    ordered: bool = True


def rows_of(
    connection: sqlite3.Connection, selection: ExportSelection, problem: Callable[[], str] = str
) -> tuple[list[str], Iterator[Sequence[Any]]]:
    """Return the names of the columns, and the rows one after the other; raise UsageError for a wrong condition.

    `problem` tells why a function of ours failed; "" if none did.
    """
    if parameters_of(selection.where) or has_positions(selection.where):
        raise UsageError("export: --where: parameters such as :name and ? are not supported; write the value itself")
    _require_view(connection, selection.view)
    connection.set_authorizer(_authorize)
    condition, values = _condition(selection)
    try:
        if selection.where:
            for frame in _EXPRESSION_IN:
                connection.execute(f"EXPLAIN {frame.format(selection.where, _quoted(selection.view))}")
        order = " ORDER BY time" if selection.ordered else ""
        cursor = connection.execute(
            f"SELECT * FROM {_quoted(selection.view)}{condition}{order}",  # noqa: S608 - a view of ours; the condition can only read
            values,
        )
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _explained(connection, error, selection.view, problem()) from None
    return [column[0] for column in cursor.description], _rows(connection, cursor, selection.view, problem)


def count(connection: sqlite3.Connection, selection: ExportSelection) -> int | None:
    """Count the documents, where that is quick; None with a condition, which would be evaluated twice."""
    if selection.where:
        return None
    _require_view(connection, selection.view)
    condition, values = _condition(selection)
    [(number,)] = connection.execute(f"SELECT count(*) FROM {_quoted(selection.view)}{condition}", values)  # noqa: S608 - a view of ours
    return int(number)


def _condition(selection: ExportSelection) -> tuple[str, list[str]]:
    parts, values = [], []
    for text, bound in (("time >= ?", selection.start), ("time < ?", selection.end)):
        if bound is not None:
            parts.append(text)
            values.append(bound)
    if selection.where:
        # On lines of its own, so that a comment in it ends there.
        parts.append(f"(\n{selection.where}\n)")
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), values


def _rows(
    connection: sqlite3.Connection, cursor: sqlite3.Cursor, view: str, problem: Callable[[], str]
) -> Iterator[Sequence[Any]]:
    try:
        # `yield from` would close the cursor behind the connection.
        for row in cursor:  # noqa: UP028
            yield row
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _explained(connection, error, view, problem()) from None


def _require_view(connection: sqlite3.Connection, view: str) -> None:
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE (type, name) = ('view', ?)", (view,)).fetchone()
    if there is None:
        raise UsageError(f"export: the store has no view {view} yet; run s1ecs collect first")


def _explained(
    connection: sqlite3.Connection, error: sqlite3.Error | sqlite3.Warning, view: str, problem: str
) -> Exception:
    if is_of_the_file(error):
        return error
    text = problem or str(error)
    if getattr(error, "sqlite_errorname", "") == "SQLITE_AUTH":
        text = "only expressions that read are allowed"
    elif "one statement" in text:
        text = "only one expression is allowed"
    connection.set_authorizer(None)
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({_quoted(view)})")]
    return UsageError(f"export: --where: {text}; columns of {view}: {', '.join(columns)}")


def _authorize(action: int, *_: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _quoted(name: str) -> str:
    return f'"{name}"'
