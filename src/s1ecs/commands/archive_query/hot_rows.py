"""Rows of a view of the store as an Arrow dataset: DuckDB asks it for the columns that a query needs."""

import sqlite3
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any

from s1ecs.extras import importing
from s1ecs.outputs.parquet.columns import TypedColumn, batch_of, schema_of

with importing("duckdb"):
    from pyarrow import dataset

_ROWS_AT_ONCE = 1_000


class HotRows(dataset.Dataset):  # type: ignore[misc] # pyarrow has no types
    """The rows of one view, read anew for each scan; nothing of it is kept in memory."""

    def __init__(self, connection: sqlite3.Connection, lock: Lock, view: str, columns: Sequence[TypedColumn]) -> None:
        self._connection = connection
        self._lock = lock
        self._view = view
        there = {row[1] for row in connection.execute(f"PRAGMA table_info({_quoted(view)})")}
        # A view that the store does not have yet has no rows, and one of an earlier s1ecs may lack columns.
        self._columns = list(columns)
        self._there = there

    @property
    def schema(self) -> Any:
        """The schema of all columns."""
        return schema_of(self._columns, misfits=False)

    def scanner(self, columns: Sequence[str] | None = None, filter: Any = None, **_: Any) -> Any:  # noqa: A002 - Arrow's name
        """Return a scanner of these columns, and of the rows for which the filter holds."""
        names = [column.name for column in self._columns] if columns is None else list(columns)
        # A filter's text has the names of its columns; others that it may have, too, are read in vain.
        asked = "" if filter is None else str(filter)
        wanted = [column for column in self._columns if column.name in names or column.name in asked]
        return dataset.Scanner.from_batches(
            self._batches(wanted), schema=schema_of(wanted, misfits=False), columns=names, filter=filter
        )

    def _batches(self, wanted: Sequence[TypedColumn]) -> Iterator[Any]:
        if not self._there:
            return
        texts = [_quoted(column.name) if column.name in self._there else "NULL" for column in wanted]
        with self._lock:
            cursor = self._connection.execute(f"SELECT {', '.join(texts) or 'NULL'} FROM {_quoted(self._view)}")  # noqa: S608 - names of ours
        while True:
            with self._lock:
                rows = cursor.fetchmany(_ROWS_AT_ONCE)
            if not rows:
                return
            yield batch_of(wanted, rows, misfits=False)


def _quoted(name: str) -> str:
    return f'"{name}"'
