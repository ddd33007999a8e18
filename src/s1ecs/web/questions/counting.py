"""Counts of documents: totals, values of a column, and values over time. Exact, from hourly counts where they serve."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from s1ecs.outputs.store.stream_table import TOTAL, quoted
from s1ecs.web.questions.conditions import ColumnBound, ColumnFilter, Conditions
from s1ecs.web.questions.time_range import EVER, TimeRange
from s1ecs.web.questions.value_types import typed

_HOUR = len("2026-01-31T12")
# Behind every hour that a time can have.
_LAST = "9999-12-31T24"
_NO_VALUE = "''"


@dataclass(frozen=True)
class ValueCount:
    """A value of a column and the number of documents that have it; None stands for those without a value."""

    value: Any
    count: int


@dataclass(frozen=True)
class TimeCount:
    """Documents with a value in an hour, such as `2026-01-31T12`."""

    hour: str
    value: Any
    count: int


@dataclass(frozen=True)
class _Hourly:
    """A question that hourly counts can answer: a dimension and, where only some of its values count, these."""

    dimension: str
    values: Sequence[Any] | None
    negated: bool = False


def total(connection: sqlite3.Connection, conditions: Conditions) -> int:
    """Count the documents of a list."""
    hourly = _hourly(conditions)
    if hourly is None:
        return _counted(connection, conditions, conditions.within)
    inner, edges = _split(conditions.within)
    where, parameters = _hourly_where(conditions, hourly, inner)
    [(count,)] = connection.execute(f"SELECT coalesce(sum(count), 0) FROM hourly_counts{where}", parameters)
    return int(count) + sum(_counted(connection, conditions, edge) for edge in edges)


def values(connection: sqlite3.Connection, conditions: Conditions, column: str, limit: int) -> list[ValueCount]:
    """Count the documents of a list by the values of a column, the most frequent first.

    Where a document may have several values, it counts for each of them.
    """
    hourly = _hourly(conditions, column)
    found: dict[Any, int] = {}
    # Of many values there are as many hourly counts as documents; an index by the value is read faster.
    if hourly is None or (conditions.within == EVER and not conditions.filters and column in conditions.table.indexed):
        _add(connection, conditions, column, conditions.within, found)
    else:
        inner, edges = _split(conditions.within)
        where, parameters = _hourly_where(conditions, hourly, inner)
        rows = connection.execute(f"SELECT value, sum(count) FROM hourly_counts{where} GROUP BY value", parameters)
        found = {None if value == "" else value: count for value, count in rows}
        for edge in edges:
            _add(connection, conditions, column, edge, found)
    if column in conditions.view.many:
        found = _by_member(found)
    ordered = sorted(found.items(), key=lambda each: (-each[1], str(each[0])))
    return [ValueCount(typed(conditions.view.stream, column, value), count) for value, count in ordered[:limit]]


def over_time(connection: sqlite3.Connection, conditions: Conditions, column: str) -> list[TimeCount]:
    """Count the documents of a list by the hour and the values of a column, all as one where it is "".

    Those without a time are left out.
    """
    hourly = _hourly(conditions, column)
    found: dict[tuple[str, Any], int] = {}
    if hourly is None:
        _add_by_hour(connection, conditions, column, conditions.within, found)
    else:
        inner, edges = _split(conditions.within)
        where, parameters = _hourly_where(conditions, hourly, inner)
        rows = connection.execute(
            # Without a column a filter's values are counted together.
            f"SELECT hour, {'value' if column else _NO_VALUE}, sum(count) FROM hourly_counts{where} AND hour <> ''"
            " GROUP BY 1, 2",
            parameters,
        )
        found = {(hour, None if value == "" else value): count for hour, value, count in rows}
        for edge in edges:
            _add_by_hour(connection, conditions, column, edge, found)
    return [
        TimeCount(hour, value, count) for (hour, value), count in sorted(found.items(), key=lambda each: each[0][0])
    ]


def of_column_over_time(connection: sqlite3.Connection, conditions: Conditions, column: str) -> list[TimeCount]:
    """Count the documents of a list by the hour of a time in a column of theirs.

    A list of all recorded states has no such counts, only one reduced to the newest: an object would count twice.
    """
    if conditions.view.key and not conditions.current:
        return []
    name = quoted(column)
    # The lists that have such columns are of latest states; the hour is enough, and only of times that are ones.
    where, parameters = conditions.sql((f"{name} GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:*'", ()))
    found = connection.execute(
        f"SELECT substr({name}, 1, {_HOUR}), count(*) FROM {conditions.source}{where} GROUP BY 1 ORDER BY 1", parameters
    )
    return [TimeCount(hour, None, count) for hour, count in found]


def _add(
    connection: sqlite3.Connection, conditions: Conditions, column: str, within: TimeRange, found: dict[Any, int]
) -> None:
    where, parameters = replace(conditions, within=within).sql()
    name = quoted(column)
    for value, count in connection.execute(
        f"SELECT {name}, count(*) FROM {conditions.counted_from(column)}{where} GROUP BY 1", parameters
    ):
        key = None if value == "" else value
        found[key] = found.get(key, 0) + count


def _by_member(counts: Mapping[Any, int]) -> dict[Any, int]:
    """Count each member of a value that is a list; twice in the same list it counts once."""
    found: dict[Any, int] = {}
    for value, count in counts.items():
        for member in _members(value):
            found[member] = found.get(member, 0) + count
    return found


def _members(value: Any) -> set[Any]:
    if not isinstance(value, str) or not value.startswith("["):
        return {value}
    try:
        members = orjson.loads(value)
    except orjson.JSONDecodeError:
        return {value}
    return {orjson.dumps(each).decode() if isinstance(each, dict | list) else each or None for each in members}


def _add_by_hour(
    connection: sqlite3.Connection,
    conditions: Conditions,
    column: str,
    within: TimeRange,
    found: dict[tuple[str, Any], int],
) -> None:
    where, parameters = replace(conditions, within=within).sql(("time IS NOT NULL", ()))
    name, source = quoted(column) if column else _NO_VALUE, conditions.counted_from(column)
    for hour, value, count in connection.execute(
        f"SELECT substr(time, 1, {_HOUR}), {name}, count(*) FROM {source}{where} GROUP BY 1, 2", parameters
    ):
        key = (hour, None if value == "" else value)
        found[key] = found.get(key, 0) + count


def _counted(connection: sqlite3.Connection, conditions: Conditions, within: TimeRange) -> int:
    where, parameters = replace(conditions, within=within).sql()
    [(count,)] = connection.execute(f"SELECT count(*) FROM {conditions.counted_from()}{where}", parameters)
    return int(count)


def _hourly(conditions: Conditions, column: str = "") -> _Hourly | None:
    """Return what hourly counts must be asked, or None where they can't answer."""
    if conditions.narrowed or conditions.view.latest or conditions.words or conditions.current:
        return None
    others = [each for each in conditions.filters if each.column != "console"]
    if not others:
        dimension = column or TOTAL
        return _Hourly(dimension, None) if dimension in (TOTAL, *conditions.table.counted) else None
    only = others[0]
    if len(others) > 1 or isinstance(only, ColumnBound) or only.many or only.column not in conditions.table.counted:
        return None
    return _Hourly(only.column, only.values, only.negated) if column in {"", only.column} else None


def _hourly_where(conditions: Conditions, hourly: _Hourly, inner: TimeRange) -> tuple[str, list[Any]]:
    parts: list[tuple[str, Sequence[Any]]] = [
        ("stream = ?", (conditions.view.stream,)),
        ("dimension = ?", (hourly.dimension,)),
    ]
    if inner.since is not None:
        parts.append(("hour >= ?", (inner.since[:_HOUR],)))
    if inner.until is not None:
        # Documents without a time, whose hour is empty, are in no range.
        parts.append(("hour < ?", (inner.until[:_HOUR],)))
        if inner.since is None:
            parts.append(("hour <> ''", ()))
    if conditions.consoles is not None:
        parts.append((f"console IN ({', '.join('?' * len(conditions.consoles))})", conditions.consoles))
    parts.extend(each.sql() for each in conditions.filters if each.column == "console")
    if hourly.values is not None:
        parts.append(ColumnFilter("value", hourly.values, hourly.negated).sql())
    return f" WHERE {' AND '.join(text for text, _ in parts)}", [value for _, values in parts for value in values]


def _split(within: TimeRange) -> tuple[TimeRange, list[TimeRange]]:
    """Split a range into whole hours and what lies before and behind them."""
    since, until = within.since, within.until
    first = None if since is None else _hour_from(since)
    last = None if until is None else until[:_HOUR]
    if first is not None and last is not None and first > last:
        # All of it lies in one hour.
        return TimeRange(last, last), [within]
    edges = []
    if since is not None and first is not None and not _is_hour(since):
        edges.append(TimeRange(since, first))
    if until is not None and last is not None and not _is_hour(until):
        edges.append(TimeRange(last, until))
    return TimeRange(first, last), edges


def _is_hour(time: str) -> bool:
    return time[_HOUR:] in {"", ":00:00"}


def _hour_from(time: str) -> str:
    """Return the hour that begins at the time, or the next one."""
    hour = time[:_HOUR]
    if _is_hour(time):
        return hour
    try:
        return (datetime.fromisoformat(f"{hour}:00:00") + timedelta(hours=1)).isoformat()[:_HOUR]
    except OverflowError:
        return _LAST
