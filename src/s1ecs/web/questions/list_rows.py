"""One page of a list by key, never by number of a page: a deep page costs what the first one costs."""

import base64
import binascii
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from s1ecs.errors import UsageError
from s1ecs.outputs.store.stream_table import quoted
from s1ecs.web.questions.conditions import Conditions, superseded
from s1ecs.web.questions.value_types import typed

# Of every row, beside the columns of its stream.
_OWN = ("row", "id", "console", "time")


@dataclass(frozen=True)
class ListRow:
    """A row of a list: columns by name; `superseded` where a newer document of the same object is there."""

    id: str
    console: str
    time: str | None
    row: int
    values: Mapping[str, Any]
    superseded: bool = False


@dataclass(frozen=True)
class ListPage:
    """Rows in order, and the place behind them; "" where nothing follows."""

    rows: Sequence[ListRow]
    next: str


@dataclass(frozen=True)
class Sorting:
    """Column and direction of a list; rows with the same value are in the order in which they came."""

    column: str
    descending: bool

    @classmethod
    def of(cls, text: str, conditions: Conditions) -> "Sorting":
        """Read a sort parameter, `-severity` for descending; raise UsageError for what can't be sorted by."""
        chosen = text or conditions.view.order
        column, descending = chosen.removeprefix("-"), chosen.startswith("-")
        allowed = sortable(conditions)
        if column not in allowed:
            raise UsageError(f"sort: {column!r} is not one of {', '.join(allowed)}")
        return cls(column, descending)


def sortable(conditions: Conditions) -> Sequence[str]:
    """Return the columns by which a list can be sorted: those of latest states, and the time of what happened."""
    return ("time", *(name for name, _ in conditions.table.columns)) if conditions.view.latest else ("time",)


def list_page(
    connection: sqlite3.Connection, conditions: Conditions, sorting: Sorting, after: str, limit: int
) -> ListPage:
    """Read the rows behind a place; raise UsageError where the place is not one."""
    rows: list[ListRow] = []
    for part in _parts(conditions, sorting, _place(after) if after else None):
        if len(rows) <= limit:
            rows.extend(_read(connection, conditions, part, sorting, limit + 1 - len(rows)))
    shown = rows[:limit]
    return ListPage(shown, _key(shown[-1], sorting) if len(rows) > limit else "")


_Condition = tuple[str, Sequence[Any]]


def _parts(conditions: Conditions, sorting: Sorting, place: tuple[Any, int] | None) -> Iterator[_Condition]:
    """Yield the conditions of the two parts of a list: rows that have a value, then those without one."""
    name = quoted(sorting.column)
    after = "<" if sorting.descending else ">"
    if place is None:
        yield f"{name} IS NOT NULL", ()
    elif place[0] is not None:
        yield f"({name}, row) {after} (?, ?)", place
    if conditions.within.since is None or conditions.view.latest or sorting.column != "time":
        if place is not None and place[0] is None:
            yield f"{name} IS NULL AND row {after} ?", (place[1],)
        else:
            yield f"{name} IS NULL", ()


def _read(
    connection: sqlite3.Connection, conditions: Conditions, part: _Condition, sorting: Sorting, limit: int
) -> Iterator[ListRow]:
    where, parameters = conditions.sql(part)
    columns = [name for name, _ in conditions.table.columns]
    old = superseded(conditions.table, conditions.view.key) if conditions.view.key else "0"
    direction = "DESC" if sorting.descending else "ASC"
    found = connection.execute(
        f"SELECT {', '.join(_OWN)}, {old}, {', '.join(map(quoted, columns))} FROM {conditions.source}{where}"
        f" ORDER BY {quoted(sorting.column)} {direction}, row {direction} LIMIT ?",
        (*parameters, limit),
    )
    for row, identity, console, time, is_old, *values in found:
        named = {name: typed(conditions.view.stream, name, value) for name, value in zip(columns, values, strict=True)}
        yield ListRow(identity, console, time, row, named, bool(is_old))


def _key(row: ListRow, sorting: Sorting) -> str:
    value = row.time if sorting.column == "time" else row.values[sorting.column]
    return base64.urlsafe_b64encode(orjson.dumps([value, row.row])).decode().rstrip("=")


def _place(text: str) -> tuple[Any, int]:
    try:
        value, row = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, TypeError):
        raise UsageError("after: not a place in this list; take it from `next` of the page before") from None
    odd = isinstance(value, dict | list) or (isinstance(value, int) and not _of_sqlite(value))
    if odd or not isinstance(row, int) or isinstance(row, bool) or not _of_sqlite(row):
        raise UsageError("after: not a place in this list; take it from `next` of the page before")
    return value, row


def _of_sqlite(number: int) -> bool:
    return -(2**63) <= number < 2**63
