"""Marks of files in memory."""

from typing import cast

from s1ecs.state.file_marks import FileMark, GoodBytes
from s1ecs.state.memory.tables import Tables
from s1ecs.state.transaction import Transaction


class MemoryWriterMarks:
    """The marks of one writer, by its id."""

    def __init__(self, tables: Tables, writer: str) -> None:
        self._tables = tables
        self._writer = writer

    @property
    def batches(self) -> int:
        """Number of batches that were committed."""
        return self._tables.file_writers.get(self._writer, 0)

    def set_batches(self, batches: int) -> None:
        """Save how many batches are committed with this transaction."""
        self._tables.file_writers[self._writer] = batches

    def of(self, stream: str) -> FileMark:
        """Return a stream's mark; one without a file before the first."""
        return self._tables.files.get((self._writer, stream), FileMark(stream, 0, None, 0, ""))

    def every(self) -> list[FileMark]:
        """Return the marks of all streams."""
        return [mark for (writer, _), mark in self._tables.files.items() if writer == self._writer]

    def save(self, mark: FileMark) -> None:
        """Save a stream's mark."""
        self._tables.files[self._writer, mark.stream] = mark


class MemoryFileMarks:
    """The marks of all writers."""

    def of(self, transaction: Transaction, writer: str) -> MemoryWriterMarks:
        """Return the marks of a writer."""
        return MemoryWriterMarks(cast("Tables", transaction), writer)

    def good_bytes(self, transaction: Transaction, stream: str) -> GoodBytes:
        """Return the lengths of a stream's open files."""
        files = cast("Tables", transaction).files.items()
        return {(writer, mark.file): mark.bytes for (writer, name), mark in files if name == stream and mark.file}
