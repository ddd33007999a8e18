"""Rows, hourly counts and words of documents, written in the transaction that writes the documents."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from s1ecs.outputs.store.definitions import fingerprint
from s1ecs.outputs.store.document_values import SEARCH_FIELDS, RowValues, values_of
from s1ecs.outputs.store.latest_states import latest_state
from s1ecs.outputs.store.stream_table import TOTAL, StreamTable, quoted

# The beginning of a time, such as 2026-01-31T12.
_HOUR = 13
# What a row has before the columns of the document.
_OWN_VALUES = 4
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

    def write(self, connection: sqlite3.Connection, documents: Iterable[NumberedDocument]) -> None:
        """Write rows, counts and words of documents that have no row yet, each read as soon as it is there."""
        rows, words = [], []
        for row, identity, console, time, document in documents:
            columns, texts = self.values(document)
            rows.append((row, identity, console, time, *columns))
            words.append((row, *texts))
        connection.executemany(self.insert_row, rows)
        connection.executemany(self.insert_words, words)
        connection.executemany(_COUNT, self._counts(rows))

    def _counts(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        # Documents that are written together have few hours: each column of an hour is counted as a whole.
        by_hour: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        for row in rows:
            console, time = row[2:4]
            by_hour.setdefault(("" if time is None else str(time)[:_HOUR], console), []).append(row)
        for (hour, console), of_hour in by_hour.items():
            yield self.table.stream, TOTAL, hour, console, "", len(of_hour)
            for name, place in self.counted:
                for value, count in Counter(map(itemgetter(place), of_hour)).items():
                    yield self.table.stream, name, hour, console, "" if value is None else value, count


def row_writer(table: StreamTable) -> RowWriter:
    """Return what writes the rows of a stream."""
    latest = latest_state(table, "?3", "?2")
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
        [(name, _OWN_VALUES + [column for column, _ in table.columns].index(name)) for name in table.counted],
    )
