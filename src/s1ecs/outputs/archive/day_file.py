"""A day's file: documents with their typed columns, and reading them back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from s1ecs.errors import StateDamaged
from s1ecs.extras import importing
from s1ecs.outputs.parquet.columns import TypedColumn, values_at
from s1ecs.outputs.parquet.writer import ParquetRows
from s1ecs.records import NotJSON, as_written, settle
from s1ecs.state.archiving import StoredDocument, StreamDay

with importing("parquet"):
    from pyarrow import ArrowException, parquet

_READ_AT_ONCE = 200


class DayWriter:
    """Writes the documents of one day into an open file; their columns are read off the documents."""

    def __init__(self, file: BinaryIO, day: StreamDay, columns: Sequence[TypedColumn]) -> None:
        self._day = day
        self._columns = columns
        self._rows = ParquetRows(file, columns)
        self.written = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.abandon()

    def add(self, documents: Sequence[StoredDocument]) -> None:
        """Add documents; raise OSError."""
        for each in documents:
            try:
                document: Any = as_written(each.document.encode())
            except NotJSON:
                document = None
            values = values_at(self._columns, settle(document)[0])
            told = {"time": each.place.time, "console": self._day.console, "id": each.id, "document": each.document}
            self._rows.add([told.get(column.name, value) for column, value in zip(self._columns, values, strict=True)])
        self.written += len(documents)

    def close(self) -> None:
        """Write what is left, and the end of the file; raise OSError."""
        self._rows.close()


def read_back(path: Path, content: BinaryIO | None = None) -> Iterator[Sequence[tuple[str, str]]]:
    """Yield the documents of a file as (id, text), some at once; `content`: the file if it is open.

    Raise StateDamaged or OSError.
    """
    with _explained(path), parquet.ParquetFile(content or path, page_checksum_verification=True) as file:
        # All columns, so that damage anywhere is found.
        for batch in file.iter_batches(batch_size=_READ_AT_ONCE):
            yield list(zip(batch["id"].to_pylist(), batch["document"].to_pylist(), strict=True))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (ArrowException, KeyError) as error:
        raise _damaged(path, error) from None
    except OSError as error:
        # What Arrow finds wrong in a file is an OSError without a number.
        if error.errno is not None:
            raise
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> StateDamaged:
    """Make the error of a file that can't be read."""
    reason = str(error).partition("\n")[0]
    return StateDamaged(f"{path}: damaged ({reason}); replace it with a copy, or move it away")
