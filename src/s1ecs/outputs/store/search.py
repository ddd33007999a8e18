"""Full-text search over the documents of the store, the best first."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from s1ecs.outputs.store.stream_table import StreamTable, quoted

# So many of the newest documents with the words are ranked.
MOST_RANKED = 1_000
_SNIPPET_WORDS = 12


class Hit(NamedTuple):
    """A document that was found: the part of its words around those searched for, and its rank, the lowest the best."""

    time: str | None
    stream: str
    host: str | None
    match: str
    console: str
    id: str
    row: int
    rank: float


@dataclass(frozen=True)
class SearchRange:
    """Bounds of a search: times as documents have them, `until` not among them; None: no bound."""

    since: str | None = None
    until: str | None = None


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

    Of more than MOST_RANKED documents of a stream with the words the newest are ranked.
    """
    hits = [hit for table in tables for hit in _hits(connection, table, expression, within)]
    hits.sort(key=lambda hit: hit.time or "", reverse=True)
    if not newest:
        hits.sort(key=lambda hit: hit.rank)
    return hits[:limit]


def is_searchable(connection: sqlite3.Connection, table: StreamTable) -> bool:
    """Tell whether the store has the words of a stream."""
    row = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table.words,)).fetchone()
    return row is not None


def _hits(connection: sqlite3.Connection, table: StreamTable, expression: str, within: SearchRange) -> list[Hit]:
    rows, words = quoted(table.rows), quoted(table.words)
    host = f"{rows}.host" if any(name == "host" for name, _ in table.columns) else "NULL"
    bounds = (("time >= ?", within.since), ("time < ?", within.until))
    conditions = "".join(f" AND {rows}.{text}" for text, bound in bounds if bound is not None)
    found = connection.execute(
        f"SELECT {rows}.time, '{table.stream}', {host},"
        f" snippet({words}, -1, '', '', '…', {_SNIPPET_WORDS}), {rows}.console, {rows}.id, {rows}.row,"
        f" bm25({words})"
        f" FROM {words} CROSS JOIN {rows} ON {rows}.row = {words}.rowid"
        f" WHERE {words} MATCH ?{conditions} ORDER BY {words}.rowid DESC LIMIT {MOST_RANKED}",
        (expression, *(bound for _, bound in bounds if bound is not None)),
    )
    return [Hit(*row) for row in found]
