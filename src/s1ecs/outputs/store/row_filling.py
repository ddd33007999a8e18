"""Rows of documents that were stored before their stream had its table, filled in step by step, the newest first."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from s1ecs.outputs.store.discarded import remove_some
from s1ecs.outputs.store.rows import NumberedDocument, RowWriter, row_writer
from s1ecs.outputs.store.statistics import analyze_if_grown
from s1ecs.outputs.store.stored_text import document_of_text
from s1ecs.outputs.store.stream_table import StreamTables, quoted
from s1ecs.outputs.store.views import make_views
from s1ecs.records import dumps

# A step keeps everybody else from the database.
_STEP_SECONDS = 0.02
_DOCUMENTS_AT_ONCE = 50
# Of a stream without a table no document has a row.
_ALL = 2**63 - 1


class FilledRows(NamedTuple):
    """The result of a step: the number of documents that were looked at, and whether there are more."""

    documents: int
    more: bool


@dataclass(frozen=True)
class RowFilling:
    """Steps that fill in the rows of all streams, and remove what is outdated."""

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
            below = self._places(connection)
            if below:
                looked_at += self._some(connection, below)
            elif not remove_some(connection):
                analyze_if_grown(connection, self.tables)
                return FilledRows(looked_at, more=False)
        return FilledRows(looked_at, more=True)

    def _some(self, connection: sqlite3.Connection, below: Mapping[str, int]) -> int:
        rows = connection.execute(
            "SELECT rowid, id, console, time, stream, document FROM documents WHERE rowid < ? ORDER BY rowid DESC"
            f" LIMIT {_DOCUMENTS_AT_ONCE}",
            (max(below.values()),),
        ).fetchall()
        found: dict[str, list[NumberedDocument]] = {}
        for row, identity, console, time, stream, text in rows:
            if row < below.get(stream, 0) and not self._has_row(connection, stream, row):
                document = NumberedDocument(row, identity, console, time, document_of_text(text) or {})
                found.setdefault(stream, []).append(document)
        for stream, documents in found.items():
            self.writers[stream].write(connection, documents)
        lowest = rows[-1][0] if len(rows) == _DOCUMENTS_AT_ONCE else 0
        connection.execute(
            "UPDATE stream_tables SET below = min(below, ?) WHERE stream IN (SELECT value FROM json_each(?))",
            (lowest, dumps(list(below)).decode()),
        )
        for stream in below:
            if not lowest:
                make_views(connection, self.tables[stream], filled=True)
        return len(rows)

    def _has_row(self, connection: sqlite3.Connection, stream: str, row: int) -> bool:
        # A row number that became free at the end may have been given to a document that came since.
        rows = quoted(self.tables[stream].rows)
        return connection.execute(f"SELECT 1 FROM {rows} WHERE row = ?", (row,)).fetchone() is not None

    def _places(self, connection: sqlite3.Connection) -> dict[str, int]:
        """Return by stream the row number below which documents have no row yet, where there are any."""
        places = connection.execute("SELECT stream, below FROM stream_tables WHERE below > 0")
        return {stream: below for stream, below in places if stream in self.tables}


def remaining(connection: sqlite3.Connection, tables: StreamTables, streams: Sequence[str] = ()) -> int:
    """Return the number of documents of these streams (all, if empty) that have no row yet."""
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'stream_tables'").fetchone()
    known = dict(connection.execute("SELECT stream, below FROM stream_tables").fetchall()) if there else {}
    places = {name: known.get(name, _ALL) for name in streams or tables}
    return sum(_count(connection, name, place) for name, place in places.items() if place)


def _count(connection: sqlite3.Connection, stream: str, below: int) -> int:
    [(count,)] = connection.execute(
        "SELECT count(*) FROM documents INDEXED BY documents_by_time WHERE stream = ? AND rowid < ?", (stream, below)
    )
    return int(count)
