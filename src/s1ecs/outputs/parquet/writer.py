"""Rows into a Parquet file, zstd-compressed, one row group at a time, so that memory does not grow with the file."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, BinaryIO, Self

from s1ecs.extras import importing
from s1ecs.outputs.parquet.columns import TypedColumn, batch_of, schema_of

with importing("parquet"):
    from pyarrow import Table, parquet

# Of a row group; readers take a group as a whole, too.
_MOST_ROWS = 10_000
_MOST_CHARACTERS = 8_000_000


class ParquetRows:
    """Writes rows into an open file; the last column is the document."""

    def __init__(self, file: BinaryIO | Any, columns: Sequence[TypedColumn]) -> None:
        self._columns = columns
        self._rows: list[Sequence[Any]] = []
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
            self._flush()
        self._writer.close()

    def add(self, row: Sequence[Any]) -> None:
        """Add a row, which is written with others."""
        self._rows.append(row)
        self._characters += len(row[-1])
        if len(self._rows) >= _MOST_ROWS or self._characters >= _MOST_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(Table.from_batches([batch_of(self._columns, self._rows)]))
        self._rows, self._characters = [], 0
