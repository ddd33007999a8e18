"""Conditions of a list from the parameters of its address, and the SQL that they are."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from s1ecs.errors import UsageError
from s1ecs.outputs.store.latest_states import GONE
from s1ecs.outputs.store.search_terms import match_expression
from s1ecs.outputs.store.stream_table import StreamTable, quoted
from s1ecs.web.questions.list_view import SEVERITY_WORDS, SHARED_FILTERS, ListView
from s1ecs.web.questions.time_range import EVER, TimeRange, moment, time_range
from s1ecs.web.view_state import BEFORE, NOT, STAR, ViewState

# Parameters that are no filter: the range of time, words, order and place.
_OWN = frozenset({"from", "to", "q", "current", "sort", "after", "limit", "open", "facet", "gone", "by"})
_NUMBERS = {word: number for number, word in SEVERITY_WORDS.items()}
# Documents with the words, from which on all rows are read.
_COMMON = 20_000
_BOOLEANS = {"true": 1, "false": 0}
# SQLite tries every way to match the stars of a pattern; a value with more stars stands for itself.
_MOST_STARS, _LONGEST_PATTERN = 4, 1_000
# SQLite takes expressions of a certain depth only.
_MOST_FILTERS = 200
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class ColumnFilter:
    """A column that must have one of the values, or none of them; None stands for documents without a value."""

    column: str
    values: Sequence[Any]
    negated: bool = False
    many: bool = False

    @property
    def is_lookup(self) -> bool:
        """True where an index of the column finds the documents: single values, without patterns."""
        return not self.negated and not self.many and not any(is_pattern(str(value)) for value in self.values)

    def sql(self) -> tuple[str, list[Any]]:
        """Return the condition and its parameters."""
        parts, parameters = [], []
        for value in self.values:
            text, bound = self._one(value)
            parts.append(text)
            parameters.extend(bound)
        condition = f"({' OR '.join(parts)})"
        return (f"NOT coalesce({condition}, 0)" if self.negated else condition), parameters

    def _one(self, value: Any) -> tuple[str, list[Any]]:
        name = quoted(self.column)
        if value is None:
            return f"({name} IS NULL OR {name} = '')", []
        if not self.many:
            return _equals(name, value)
        text, parameters = _equals("m.value", value)
        whole, of_whole = _equals(name, value)
        # A text that only begins like a list is one value.
        is_list = f"({name} LIKE '[%' AND json_valid({name}))"
        members = f"EXISTS (SELECT 1 FROM json_each({name}) AS m WHERE {text})"
        return f"CASE WHEN {is_list} THEN {members} ELSE {whole} END", [*parameters, *of_whole]


@dataclass(frozen=True)
class ColumnBound:
    """A column whose time must lie before another one."""

    column: str
    before: str
    negated: bool = False
    is_lookup = False

    def sql(self) -> tuple[str, list[Any]]:
        """Return the condition and its parameters."""
        return f"({quoted(self.column)} < ? AND {quoted(self.column)} <> '')", [self.before]


def is_pattern(value: str) -> bool:
    """Tell whether a value of an address stands for others, too: a few stars, none of them `[*]`."""
    stars = sum(part.count("*") for part in value.split(STAR))
    return 0 < stars <= _MOST_STARS and len(value) <= _LONGEST_PATTERN


def _equals(name: str, value: str) -> tuple[str, list[Any]]:
    """Return the SQL that compares a column with a value of an address, and its parameters."""
    parts = value.split(STAR)
    itself = "*".join(parts)
    if is_pattern(value):
        # Of GLOB's signs only the star is offered; the others stand for themselves. An empty text is no value.
        pattern = STAR.join(part.replace("[", "[[]").replace("?", "[?]") for part in parts)
        # The plus keeps SQLite from looking up one by one what most rows have.
        return f"(+{name} = ? OR (+{name} GLOB ? AND +{name} <> ''))", [itself, pattern]
    equal = _stored_as(itself)
    return f"{name} IN ({', '.join('?' * len(equal))})", equal


@dataclass(frozen=True)
class Conditions:
    """All conditions of a list: range of time, consoles, columns, words (an FTS5 expression, "" for none).

    `current` keeps the newest document of each object only; `gone` keeps entities that are no longer on the console.
    `ignored` names the shared filters for which the stream has no column. `narrowed` is a table of the rows for which
    all that was asked holds already; only filters that were added since are asked of it.
    """

    view: ListView
    table: StreamTable
    within: TimeRange
    consoles: Sequence[str] | None = None
    filters: Sequence[ColumnFilter | ColumnBound] = ()
    words: str = ""
    common_words: bool = False
    current: bool = False
    gone: bool = False
    ignored: Sequence[str] = field(default=())
    narrowed: str = ""

    @property
    def source(self) -> str:
        """The table of the rows."""
        return self.narrowed or quoted(self.table.rows)

    def counted_from(self, *columns: str) -> str:
        """Return the table with the index that alone answers a count by these columns, where there is one."""
        used = {*columns, *(each.column for each in self.filters)} - {""}
        looked_up = any(each.is_lookup and each.column in self.table.indexed for each in self.filters)
        if self.narrowed or self.view.latest or self.words or self.current or looked_up:
            return self.source
        if not self.filters and self.consoles is None and self.within == EVER and used & {*self.table.indexed}:
            return self._by(used.pop()) if len(used) == 1 else self.source
        return self._by("time") if self.table.timed and used <= {*self.table.timed, "console"} else self.source

    def _by(self, column: str) -> str:
        return f"{self.source} INDEXED BY {quoted(f'{self.table.rows}_by_{column}')}"

    def sql(self, *more: tuple[str, Sequence[Any]]) -> tuple[str, list[Any]]:
        """Return the WHERE clause over the table of rows, and its parameters."""
        parts = [*self._parts(), *more]
        if not parts:
            return "", []
        return f" WHERE {' AND '.join(text for text, _ in parts)}", [value for _, values in parts for value in values]

    def _parts(self) -> Iterator[tuple[str, Sequence[Any]]]:
        if not self.narrowed:
            yield from self._shown()
        if self.consoles is not None:
            yield f"console IN ({', '.join('?' * len(self.consoles))})", self.consoles
        for each in self.filters:
            yield each.sql()
        if self.words:
            words = quoted(self.table.words)
            # Many rows are better compared with those found than looked up one by one; the plus tells SQLite so.
            row = "+row" if self.common_words else "row"
            yield f"{row} IN (SELECT rowid FROM {words} WHERE {words} MATCH ?)", (self.words,)
        if self.current and self.view.key:
            yield f"row NOT IN ({_superseded_rows(self.table, self.view.key)})", ()

    def _shown(self) -> Iterator[tuple[str, Sequence[Any]]]:
        """Yield what every row of the list has: it is a latest state, or lies in the range of time."""
        if self.view.latest:
            yield "latest", ()
            if not self.gone:
                yield f"latest <> {GONE}", ()
        else:
            if self.within.since is not None:
                yield "time >= ?", (self.within.since,)
            if self.within.until is not None:
                yield "time < ?", (self.within.until,)


def superseded(table: StreamTable, key: str, row: str = "") -> str:
    """Return the SQL that tells whether a newer document of the same object is there."""
    rows, name = quoted(table.rows), quoted(key)
    older = row or rows
    return (
        f"EXISTS (SELECT 1 FROM {rows} AS newer WHERE newer.{name} = {older}.{name} AND newer.console = {older}.console"
        f" AND (newer.time, newer.row) > ({older}.time, {older}.row))"
    )


def _superseded_rows(table: StreamTable, key: str) -> str:
    """Return the SQL that finds all such rows at once; of most objects there is one document."""
    rows, name = quoted(table.rows), quoted(key)
    return (
        f"SELECT older.row FROM (SELECT {name} AS object FROM {rows} GROUP BY 1 HAVING count(*) > 1) AS several"
        f" CROSS JOIN {rows} AS older ON older.{name} = several.object WHERE {superseded(table, key, 'older')}"
    )


def weighed(connection: sqlite3.Connection, conditions: Conditions) -> Conditions:
    """Find out whether the words of a list are in so many documents that all rows are better read."""
    if not conditions.words:
        return conditions
    words = quoted(conditions.table.words)
    [(count,)] = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {words} WHERE {words} MATCH ? LIMIT {_COMMON})", (conditions.words,)
    )
    return replace(conditions, common_words=count == _COMMON)


def conditions_of(
    state: ViewState,
    view: ListView,
    table: StreamTable,
    now: datetime,
    visible: Sequence[str] | None,
    *,
    lenient: bool = False,
) -> Conditions:
    """Read the conditions of a list from its address; raise UsageError for what is not understood.

    `lenient` ignores filters of columns that the stream lacks instead.
    """
    if len(state.parameters) > _MOST_FILTERS:
        raise UsageError(f"more than {_MOST_FILTERS} filters; remove some, or use * for several values")
    columns = [name for name, _ in table.columns]
    filters: dict[tuple[str, bool], list[Any]] = {}
    bounds: list[ColumnBound] = []
    ignored: list[str] = []
    for key, text in state.parameters:
        name, negated = key.removeprefix(NOT), key.startswith(NOT)
        if name in _OWN and not negated:
            continue
        if key.startswith(BEFORE) and key.removeprefix(BEFORE) in columns:
            bounds.append(ColumnBound(key.removeprefix(BEFORE), moment(key, text, now)))
            continue
        column = name if name in columns or name in {"console", "id"} else ""
        if column:
            filters.setdefault((column, negated), []).append(_value(column, text))
        elif name in SHARED_FILTERS or lenient:
            ignored.append(name)
        else:
            near = get_close_matches(name, [*columns, *_OWN], 1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(sorted(columns))}"
            raise UsageError(f"{view.title.lower()} have no {name!r}{hint}")
    words = state.get("q").strip()
    return Conditions(
        view,
        table,
        time_range(state.get("from"), state.get("to"), now),
        visible,
        [
            *(
                ColumnFilter(column, values, negated, column in view.many)
                for (column, negated), values in filters.items()
            ),
            *bounds,
        ],
        match_expression(words) if words else "",
        current=state.get("current") == "1",
        gone=state.get("gone") == "1",
        ignored=list(dict.fromkeys(ignored)),
    )


def _value(column: str, text: str) -> Any:
    if text == "":
        return None
    return str(_NUMBERS.get(text.lower(), text)) if column == "severity" else text


def _stored_as(text: str) -> list[Any]:
    """Return what a value of an address may be in the store: a text, a number or a truth value."""
    if _NUMBER.fullmatch(text):
        return [text, float(text) if "." in text else int(text)]
    return [text, _BOOLEANS[text]] if text in _BOOLEANS else [text]
