"""Rows, hourly counts and words of documents, written in the transaction that writes the documents."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from s1ecs.outputs.store.definitions import fingerprint, is_latest
from s1ecs.outputs.store.document_values import SEARCH_FIELDS, RowValues, values_of
from s1ecs.outputs.store.stream_table import TOTAL, StreamTable, quoted

# The beginning of a time, such as 2026-01-31T12.
_HOUR = 13
_COUNT = (
    "INSERT INTO hourly_counts (stream, dimension, hour, console, value, count) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET count = count + excluded.count"
)


class NumberedDocument(NamedTuple):
    """A document with the number of its row in the table of documents."""

    row: int
    id: str
    console: str
    time: str | None
    document: Mapping[str, Any]


@dataclass(frozen=True)
class RowWriter:
    """Writes what belongs to documents of one stream."""

    table: StreamTable
    fingerprint: str
    values: Callable[[Mapping[str, Any]], RowValues]
    insert_row: str
    insert_words: str
    counted: Sequence[tuple[str, int]]

    def write(self, connection: sqlite3.Connection, documents: Sequence[NumberedDocument]) -> None:
        """Write rows, counts and words of documents that have no row yet."""
        rows, words = [], []
        counts = Counter[tuple[str, str, str, Any]]()
        for row, identity, console, time, document in documents:
            columns, texts = self.values(document)
            rows.append((row, identity, console, time, *columns))
            words.append((row, *texts))
            hour = "" if time is None else str(time)[:_HOUR]
            counts[TOTAL, hour, console, ""] += 1
            for name, place in self.counted:
                value = columns[place]
                counts[name, hour, console, "" if value is None else value] += 1
        connection.executemany(self.insert_row, rows)
        connection.executemany(self.insert_words, words)
        connection.executemany(_COUNT, [(self.table.stream, *key, count) for key, count in counts.items()])


def row_writer(table: StreamTable) -> RowWriter:
    """Return what writes the rows of a stream."""
    latest = is_latest(table, "?3", "?2") if table.latest_view else "0"
    values = "".join(f", ?{number}" for number in range(5, 5 + len(table.columns)))
    columns = "".join(f", {quoted(name)}" for name, _ in table.columns)
    fields = ", ?" * len(SEARCH_FIELDS)
    return RowWriter(
        table,
        fingerprint(table),
        values_of(table),
        f"INSERT INTO {quoted(table.rows)} (row, id, console, time, latest{columns})"
        f" VALUES (?1, ?2, ?3, ?4, {latest}{values})",
        f"INSERT INTO {quoted(table.words)} (rowid, {', '.join(SEARCH_FIELDS)}) VALUES (?{fields})",
        [(name, [column for column, _ in table.columns].index(name)) for name in table.counted],
    )
