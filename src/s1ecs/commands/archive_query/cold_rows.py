"""Rows of archived files as an Arrow dataset, whose pages are checked against their checksums as they are read.

DuckDB's own reader does not check them: it would take a damaged page for data.
"""

from collections.abc import Sequence
from typing import Any

from s1ecs.extras import importing
from s1ecs.outputs.parquet.columns import TypedColumn, schema_of

with importing("duckdb"):
    from pyarrow import dataset

# What is read ahead doubles the memory and saves no time.
_AHEAD = 0


class ColdRows(dataset.Dataset):  # type: ignore[misc] # pyarrow has no types
    """The rows of files, read anew for each scan; a column that a file does not have yet is null."""

    def __init__(self, paths: Sequence[str], columns: Sequence[TypedColumn]) -> None:
        self._schema = schema_of(columns, misfits=False)
        checked = dataset.ParquetFragmentScanOptions(page_checksum_verification=True)
        kind = dataset.ParquetFileFormat(default_fragment_scan_options=checked)
        self._files = dataset.dataset(list(paths), self._schema, kind)

    @property
    def schema(self) -> Any:
        """The schema of all columns."""
        return self._schema

    def scanner(self, columns: Sequence[str] | None = None, filter: Any = None, **_: Any) -> Any:  # noqa: A002 - Arrow's name
        """Return a scanner of these columns, and of the rows for which the filter holds."""
        return self._files.scanner(
            columns=None if columns is None else list(columns),
            filter=filter,
            batch_readahead=_AHEAD,
            fragment_readahead=_AHEAD,
        )
