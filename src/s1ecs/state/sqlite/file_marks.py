"""Marks of files in the state database, moved in the checkpoint's transaction."""

import sqlite3

from s1ecs.state.file_marks import FileMark, GoodBytes
from s1ecs.state.sqlite.transaction import connection_of
from s1ecs.state.transaction import Transaction


class SqliteWriterMarks:
    """The marks of one writer, by its id."""

    def __init__(self, connection: sqlite3.Connection, writer: str) -> None:
        self._connection = connection
        self._writer = writer

    @property
    def batches(self) -> int:
        """Number of batches that were committed."""
        row = self._connection.execute("SELECT batches FROM file_writers WHERE writer = ?", (self._writer,)).fetchone()
        return 0 if row is None else int(row[0])

    def set_batches(self, batches: int) -> None:
        """Save how many batches are committed with this transaction."""
        self._connection.execute(
            "INSERT INTO file_writers (writer, batches) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET batches = excluded.batches",
            (self._writer, batches),
        )

    def of(self, stream: str) -> FileMark:
        """Return a stream's mark; one without a file before the first."""
        found = self._select("AND stream = ?", stream)
        return found[0] if found else FileMark(stream, 0, None, 0, "")

    def every(self) -> list[FileMark]:
        """Return the marks of all streams."""
        return self._select("")

    def save(self, mark: FileMark) -> None:
        """Save a stream's mark."""
        self._connection.execute(
            "INSERT INTO files (writer, stream, sequence, file, bytes, opened) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET sequence = excluded.sequence, file = excluded.file, bytes = excluded.bytes,"
            " opened = excluded.opened",
            (self._writer, *mark),
        )

    def _select(self, condition: str, *values: str) -> list[FileMark]:
        found = self._connection.execute(
            f"SELECT stream, sequence, file, bytes, opened FROM files WHERE writer = ? {condition}",  # noqa: S608 - our names
            (self._writer, *values),
        )
        return [FileMark(*row) for row in found]


class SqliteFileMarks:
    """The marks of all writers."""

    def of(self, transaction: Transaction, writer: str) -> SqliteWriterMarks:
        """Return the marks of a writer."""
        return SqliteWriterMarks(connection_of(transaction), writer)

    def good_bytes(self, transaction: Transaction, stream: str) -> GoodBytes:
        """Return the lengths of a stream's open files, of all writers of this state."""
        rows = connection_of(transaction).execute(
            "SELECT writer, file, bytes FROM files WHERE stream = ? AND file IS NOT NULL", (stream,)
        )
        return {(writer, file): length for writer, file, length in rows}
