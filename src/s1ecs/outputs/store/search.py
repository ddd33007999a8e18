"""Full-text search over the documents of the store, the best first."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from s1ecs.outputs.store.stream_table import StreamTable, quoted

# So many of the documents with the words are ranked.
MOST_RANKED = 1_000
_SNIPPET_WORDS = 12


class Hit(NamedTuple):
    """A document that was found, and the part of its words around those searched for."""

    time: str | None
    stream: str
    host: str | None
    match: str
    console: str
    id: str


@dataclass(frozen=True)
class SearchRange:
    """Bounds of a search: times as documents have them, `until` not among them, and consoles; None: no bound."""

    since: str | None = None
    until: str | None = None
    consoles: Sequence[str] | None = None


class _Candidate(NamedTuple):
    """A document with the words; the lower its rank, the better it matches."""

    rank: float
    time: str | None
    row: int
    table: StreamTable


def search(
    connection: sqlite3.Connection,
    tables: Sequence[StreamTable],
    expression: str,
    within: SearchRange,
    *,
    limit: int,
    newest: bool = False,
) -> list[Hit]:
    """Find documents of these streams by an FTS5 expression, by rank or the newest first.

    Of more than MOST_RANKED documents of a stream with the words those stored last are ranked.
    """
    found = [each for table in tables for each in _candidates(connection, table, expression, within, newest=newest)]
    found.sort(key=lambda each: each.time or "", reverse=True)
    if not newest:
        found.sort(key=lambda each: each.rank)
    return _hits(connection, found[:limit], expression)


def is_searchable(connection: sqlite3.Connection, table: StreamTable) -> bool:
    """Tell whether the store has the words of a stream."""
    row = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table.words,)).fetchone()
    return row is not None


def _candidates(
    connection: sqlite3.Connection, table: StreamTable, expression: str, within: SearchRange, *, newest: bool
) -> list[_Candidate]:
    rows, words = quoted(table.rows), quoted(table.words)
    bounds = [(text, [bound]) for text, bound in (("time >= ?", within.since), ("time < ?", within.until)) if bound]
    if within.consoles is not None:
        bounds.append((f"console IN ({', '.join('?' * len(within.consoles))})", [*within.consoles]))
    conditions = "".join(f" AND {rows}.{text}" for text, _ in bounds)
    rank, order = ("0.0", f"{rows}.time") if newest else (f"bm25({words})", f"{words}.rowid")
    found = connection.execute(
        f"SELECT {rank}, {rows}.time, {rows}.row FROM {words} CROSS JOIN {rows} ON {rows}.row = {words}.rowid"
        f" WHERE {words} MATCH ?{conditions} ORDER BY {order} DESC LIMIT {MOST_RANKED}",
        (expression, *(value for _, values in bounds for value in values)),
    )
    return [_Candidate(rank, time, row, table) for rank, time, row in found]


def _hits(connection: sqlite3.Connection, found: Sequence[_Candidate], expression: str) -> list[Hit]:
    """Read the documents that are shown, in their order.

    FTS5 finds all documents of a word's beginning at each question, however few are wanted: it is asked once a stream.
    """
    by_stream: dict[str, list[_Candidate]] = {}
    for each in found:
        by_stream.setdefault(each.table.stream, []).append(each)
    hits = {
        (stream, row): hit
        for stream, of_stream in by_stream.items()
        for row, hit in _hits_of_stream(connection, of_stream, expression)
    }
    return [hits[each.table.stream, each.row] for each in found]


def _hits_of_stream(
    connection: sqlite3.Connection, found: Sequence[_Candidate], expression: str
) -> Iterator[tuple[int, Hit]]:
    table, numbers = found[0].table, [each.row for each in found]
    rows, words = quoted(table.rows), quoted(table.words)
    host = f"{rows}.host" if any(name == "host" for name, _ in table.columns) else "NULL"
    # The plus keeps SQLite from asking FTS5 for each of the numbers, which is faster for whole words only.
    plus = "+" if "*" in expression else ""
    for row, *values in connection.execute(
        f"SELECT {rows}.row, {rows}.time, '{table.stream}', {host},"
        f" snippet({words}, -1, '', '', '…', {_SNIPPET_WORDS}), {rows}.console, {rows}.id"
        f" FROM {words} CROSS JOIN {rows} ON {rows}.row = {words}.rowid WHERE {words} MATCH ?"
        f" AND {words}.rowid BETWEEN ? AND ? AND {plus}{words}.rowid IN ({', '.join('?' * len(numbers))})",
        (expression, min(numbers), max(numbers), *numbers),
    ):
        yield row, Hit(*values)
