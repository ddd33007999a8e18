"""Marks of files in PostgreSQL, moved in the checkpoint's transaction."""

from typing import LiteralString

from s1ecs.state.file_marks import FileMark, GoodBytes
from s1ecs.state.postgresql.transaction import PgConnection, connection_of
from s1ecs.state.transaction import Transaction


class PostgresWriterMarks:
    """The marks of one writer, by its id; its row is locked, so that its files are written by one commit at a time."""

    def __init__(self, connection: PgConnection, writer: str) -> None:
        self._connection = connection
        self._writer = writer
        [(self._batches,)] = connection.execute(
            "INSERT INTO file_writers AS known (writer, batches) VALUES (%s, 0)"
            " ON CONFLICT (writer) DO UPDATE SET batches = known.batches RETURNING batches",
            [writer],
        ).fetchall()

    @property
    def batches(self) -> int:
        """Number of batches that were committed."""
        return int(self._batches)

    def set_batches(self, batches: int) -> None:
        """Save how many batches are committed with this transaction."""
        self._batches = batches
        self._connection.execute("UPDATE file_writers SET batches = %s WHERE writer = %s", [batches, self._writer])

    def of(self, stream: str) -> FileMark:
        """Return a stream's mark; one without a file before the first."""
        found = self._select("AND stream = %s", stream)
        return found[0] if found else FileMark(stream, 0, None, 0, "")

    def every(self) -> list[FileMark]:
        """Return the marks of all streams."""
        return self._select("")

    def save(self, mark: FileMark) -> None:
        """Save a stream's mark."""
        self._connection.execute(
            "INSERT INTO files (writer, stream, sequence, file, bytes, opened) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (writer, stream) DO UPDATE SET sequence = excluded.sequence, file = excluded.file,"
            " bytes = excluded.bytes, opened = excluded.opened",
            [self._writer, *mark],
        )

    def _select(self, condition: LiteralString, *values: str) -> list[FileMark]:
        found = self._connection.execute(
            f"SELECT stream, sequence, file, bytes, opened FROM files WHERE writer = %s {condition}",
            [self._writer, *values],
        )
        return [FileMark(*row) for row in found]


class PostgresFileMarks:
    """The marks of all writers, on whichever hosts their files are."""

    def of(self, transaction: Transaction, writer: str) -> PostgresWriterMarks:
        """Return the marks of a writer."""
        return PostgresWriterMarks(connection_of(transaction), writer)

    def good_bytes(self, transaction: Transaction, stream: str) -> GoodBytes:
        """Return the lengths of a stream's open files, of all writers of this state."""
        rows = connection_of(transaction).execute(
            "SELECT writer, file, bytes FROM files WHERE stream = %s AND file IS NOT NULL", [stream]
        )
        return {(writer, file): length for writer, file, length in rows}
