"""Rows into a Parquet file, zstd-compressed, one row group at a time, so that memory does not grow with the file."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, BinaryIO, Self

from s1ecs.extras import importing
from s1ecs.outputs.parquet.columns import TypedColumn, batch_of, schema_of

with importing("parquet"):
    from pyarrow import Table, parquet

# Of a row group; readers take a group as a whole, too.
_MOST_ROWS = 20_000
_MOST_CHARACTERS = 8_000_000
# Converted at once.
_ROWS_AT_ONCE = 200


class ParquetRows:
    """Writes rows into an open file; the last column is the document."""

    def __init__(self, file: BinaryIO | Any, columns: Sequence[TypedColumn]) -> None:
        self._columns = columns
        self._rows: list[Sequence[Any]] = []
        self._batches: list[Any] = []
        self._characters = 0
        # Checksums of pages: damage is found when the page is read, not taken for data.
        self._writer = parquet.ParquetWriter(
            file, schema_of(columns), compression="zstd", write_page_checksum=True, store_schema=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        self.abandon()

    def add(self, row: Sequence[Any]) -> None:
        """Add a row, which is written with others; raise OSError."""
        self._rows.append(row)
        self._characters += len(row[-1])
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._convert()
            if len(self._batches) * _ROWS_AT_ONCE >= _MOST_ROWS or self._characters >= _MOST_CHARACTERS:
                self._write()

    def close(self) -> None:
        """Write what is left, and the end of the file, which stays open; raise OSError."""
        self._convert()
        self._write()
        self._writer.close()

    def abandon(self) -> None:
        """Write nothing more, also when this is collected as garbage."""
        self._writer.is_open = False

    def _convert(self) -> None:
        if self._rows:
            self._batches.append(batch_of(self._columns, self._rows))
        self._rows = []

    def _write(self) -> None:
        if self._batches:
            # One row group, whatever its number of rows.
            self._writer.write_table(Table.from_batches(self._batches))
        self._batches, self._characters = [], 0
