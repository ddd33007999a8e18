"""How far each file of a writer is good: marks in the state database, moved in the checkpoint's transaction."""

import sqlite3
from typing import NamedTuple


class Mark(NamedTuple):
    """A stream's file: `file` is the name it gets when it is closed (None: none is open), `bytes` how many are good.

    `opened` is when it was made, ISO 8601; `sequence` the greatest number that a file of the stream had.
    """

    stream: str
    sequence: int
    file: str | None
    bytes: int
    opened: str


class Marks:
    """The marks of one writer, by its id."""

    def __init__(self, connection: sqlite3.Connection, writer: str) -> None:
        self._connection = connection
        self._writer = writer

    @property
    def batches(self) -> int:
        """How many batches were committed."""
        row = self._connection.execute("SELECT batches FROM file_writers WHERE writer = ?", (self._writer,)).fetchone()
        return 0 if row is None else int(row[0])

    def set_batches(self, batches: int) -> None:
        """Save how many batches are committed with this transaction."""
        self._connection.execute(
            "INSERT INTO file_writers (writer, batches) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET batches = excluded.batches",
            (self._writer, batches),
        )

    def of(self, stream: str) -> Mark:
        """A stream's mark; one without a file before the first."""
        found = self._select("AND stream = ?", stream)
        return found[0] if found else Mark(stream, 0, None, 0, "")

    def every(self) -> list[Mark]:
        """The marks of all streams."""
        return self._select("")

    def save(self, mark: Mark) -> None:
        """Save a stream's mark."""
        self._connection.execute(
            "INSERT INTO files (writer, stream, sequence, file, bytes, opened) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET sequence = excluded.sequence, file = excluded.file, bytes = excluded.bytes,"
            " opened = excluded.opened",
            (self._writer, *mark),
        )

    def _select(self, condition: str, *values: str) -> list[Mark]:
        found = self._connection.execute(
            f"SELECT stream, sequence, file, bytes, opened FROM files WHERE writer = ? {condition}",  # noqa: S608 - our names
            (self._writer, *values),
        )
        return [Mark(*row) for row in found]
