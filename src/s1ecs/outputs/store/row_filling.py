"""Rows of documents that were stored before their stream had its table, filled in step by step, the newest first."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from s1ecs.outputs.spool.queue import document_of
from s1ecs.outputs.store.rows import RowWriter, StoredDocument, row_writer
from s1ecs.outputs.store.stream_table import StreamTables, quoted
from s1ecs.outputs.store.views import make_views

# A step keeps everybody else from the database.
_STEP_SECONDS = 0.02
_DOCUMENTS_AT_ONCE = 50


class FilledRows(NamedTuple):
    """The result of a step: the number of documents that were looked at, and whether there are more."""

    documents: int
    more: bool


@dataclass(frozen=True)
class RowFilling:
    """RowFilling of the tables of all streams."""

    tables: StreamTables
    writers: Mapping[str, RowWriter]

    @classmethod
    def of(cls, tables: StreamTables) -> "RowFilling":
        """Return the filling of these tables."""
        return cls(tables, {name: row_writer(table) for name, table in tables.items()})

    def step(self, connection: sqlite3.Connection, clock: Callable[[], float]) -> FilledRows:
        """Fill in some documents, in some hundredths of a second; the views change with the last one of a stream."""
        began, looked_at = clock(), 0
        while clock() - began < _STEP_SECONDS:
            below = _places(connection)
            if not below:
                return FilledRows(looked_at, more=False)
            looked_at += self._some(connection, below)
        return FilledRows(looked_at, more=bool(_places(connection)))

    def _some(self, connection: sqlite3.Connection, below: Mapping[str, int]) -> int:
        rows = connection.execute(
            "SELECT rowid, id, console, time, stream, document FROM documents WHERE rowid < ? ORDER BY rowid DESC"
            f" LIMIT {_DOCUMENTS_AT_ONCE}",
            (max(below.values()),),
        ).fetchall()
        found: dict[str, list[StoredDocument]] = {}
        for row, identity, console, time, stream, text in rows:
            if row < below.get(stream, 0) and stream in self.writers and not self._has_row(connection, stream, row):
                document = StoredDocument(row, identity, console, time, document_of(text))
                found.setdefault(stream, []).append(document)
        for stream, documents in found.items():
            self.writers[stream].write(connection, documents)
        lowest = rows[-1][0] if len(rows) == _DOCUMENTS_AT_ONCE else 0
        connection.execute("UPDATE stream_tables SET below = min(below, ?)", (lowest,))
        for stream in below:
            if not lowest and stream in self.tables:
                make_views(connection, self.tables[stream], filled=True)
        return len(rows)

    def _has_row(self, connection: sqlite3.Connection, stream: str, row: int) -> bool:
        # A row number that became free at the end may have been given to a document that came since.
        rows = quoted(self.tables[stream].rows)
        return connection.execute(f"SELECT 1 FROM {rows} WHERE row = ?", (row,)).fetchone() is not None


def remaining(connection: sqlite3.Connection) -> int:
    """Return about how many documents have no row yet; 0: all have one."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'stream_tables'").fetchone():
        return 0
    places = _places(connection)
    if not places:
        return 0
    [(count,)] = connection.execute("SELECT count(*) FROM documents WHERE rowid < ?", (max(places.values()),))
    return int(count)


def _places(connection: sqlite3.Connection) -> dict[str, int]:
    """Return by stream the row number below which documents have no row yet, where there are any."""
    return dict(connection.execute("SELECT stream, below FROM stream_tables WHERE below > 0").fetchall())
