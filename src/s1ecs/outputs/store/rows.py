"""Rows and words of documents, written in the transaction that writes the documents."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from s1ecs.outputs.store.definitions import is_latest
from s1ecs.outputs.store.document_values import SEARCH_FIELDS, RowValues, values_of
from s1ecs.outputs.store.stream_table import StreamTable, quoted


class StoredDocument(NamedTuple):
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
    values: Callable[[Mapping[str, Any]], RowValues]
    insert_row: str
    insert_words: str

    def write(self, connection: sqlite3.Connection, documents: Sequence[StoredDocument]) -> None:
        """Write rows and words of documents that have none yet."""
        rows, words = [], []
        for row, identity, console, time, document in documents:
            values = self.values(document)
            rows.append((row, identity, console, time, *values.columns))
            words.append((row, *values.words))
        connection.executemany(self.insert_row, rows)
        connection.executemany(self.insert_words, words)


def row_writer(table: StreamTable) -> RowWriter:
    """Return what writes the rows of a stream."""
    latest = is_latest(table, "?3", "?2") if table.latest_view else "0"
    values = "".join(f", ?{number}" for number in range(5, 5 + len(table.columns)))
    fields = ", ?" * len(SEARCH_FIELDS)
    return RowWriter(
        table,
        values_of(table),
        f"INSERT INTO {quoted(table.rows)} VALUES (?1, ?2, ?3, ?4, {latest}{values})",
        f"INSERT INTO {quoted(table.words)} (rowid, {', '.join(SEARCH_FIELDS)}) VALUES (?{fields})",
    )
