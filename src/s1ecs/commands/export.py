"""`s1ecs export`: documents of one view of the store as NDJSON, CSV or Parquet, one after the other."""

import csv
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, cast

from s1ecs.bootstrap.typed_views import typed_views
from s1ecs.commands.export_query import ExportSelection, count, rows_of
from s1ecs.commands.querying.functions import TimeFunctions
from s1ecs.commands.store import short_size
from s1ecs.commands.summary import duration
from s1ecs.commands.terminal.progress import bars
from s1ecs.commands.terminal.spreadsheet import harmless
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.counted import counted
from s1ecs.errors import StateError, UsageError
from s1ecs.extras import require
from s1ecs.state.sqlite.database import FILE_NAME, connect_for_reading, explained, interruptible
from s1ecs.whole_files import whole_file

ExportFormat = Literal["ndjson", "csv", "parquet"]
FORMATS: tuple[ExportFormat, ...] = ("ndjson", "csv", "parquet")

# Rows between two updates of the bar.
_SHOWN_EVERY = 500

# Takes one row, with the document last.
_Take = Callable[[Sequence[Any]], None]


@dataclass(frozen=True)
class Export:
    """An export: the documents, their format, and the file, None for standard output.

    `force`: replace an existing file; `raw`: CSV without apostrophes before formulas. `archive`: the directory of the
    archive, in which no export is written.
    """

    selection: ExportSelection
    format: ExportFormat = "ndjson"
    file: Path | None = None
    force: bool = False
    raw: bool = False
    archive: Path | None = None


def export(state_folder: Path, wanted: Export, now: datetime) -> None:
    """Write the documents and say how many; raise UsageError, StateError or MissingExtra, and leave no file then."""
    if wanted.format == "parquet":
        require("parquet")
    if wanted.file is None and wanted.format == "parquet" and OUT.is_terminal:
        raise UsageError("export: Parquet is not for a terminal; write it to a file with -o FILE")
    began = time.monotonic()
    path = state_folder / FILE_NAME
    with closing(connect_for_reading(path)) as connection, explained(path):
        interruptible(connection)
        functions = TimeFunctions(now)
        functions.add_to(connection)
        total = count(connection, wanted.selection)
        columns, rows = rows_of(connection, wanted.selection, lambda: functions.problem)
        with _destination(state_folder, wanted) as sink:
            number = _write(sink, wanted, columns, rows, total)
    told = counted(number, "document", grouped=True)
    where = "" if wanted.file is None else f" to {wanted.file} ({short_size(wanted.file.stat().st_size)})"
    ERR.line(f"exported {told} of {wanted.selection.view}{where} in {duration(time.monotonic() - began)}")


class _Sink(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> int:
        """Write them."""


class _StandardOutput:
    """Standard output as a file that libraries write bytes to."""

    closed = False

    def write(self, data: bytes) -> int:
        """Write bytes as they are; on a terminal without what commands it."""
        OUT.lines(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: the stream is flushed at the end."""

    def close(self) -> None:
        """Do nothing: the stream is not ours to close."""


@contextmanager
def _destination(state_folder: Path, wanted: Export) -> Iterator[_Sink]:
    if wanted.file is None:
        yield _StandardOutput()
        return
    if wanted.file.exists() and not wanted.file.is_file():
        raise UsageError(f"export: {wanted.file}: not a regular file; name a new file, or leave -o out")
    _require_elsewhere(state_folder, wanted.file, wanted.archive)
    if not wanted.force and (wanted.file.exists() or wanted.file.is_symlink()):
        raise _there(wanted.file)
    try:
        with whole_file(state_folder, wanted.file, replace=wanted.force) as file:
            yield file
    except FileExistsError:
        raise _there(wanted.file) from None
    except OSError as error:
        raise StateError(
            f"export: {wanted.file}: can't be written ({error.strerror or error}); nothing was left there; choose "
            "another path or free some space"
        ) from None


def _require_elsewhere(state_folder: Path, file: Path, archive: Path | None) -> None:
    """Raise UsageError for a file of s1ecs itself, whatever its path: also behind links and under other names."""
    for folder, what in ((state_folder, "state directory"), (archive, "archive")):
        if (
            folder is not None
            and folder.exists()
            and any(
                each.exists() and each.samefile(folder)
                for target in (file, file.resolve())
                for each in target.absolute().parents
            )
        ):
            raise UsageError(f"export: {file}: lies in the {what} {folder}; choose another directory")
    for own in state_folder.glob(f"{FILE_NAME}*"):
        if file.exists() and file.samefile(own):
            raise UsageError(f"export: {file}: is the database {own}; choose another file")


def _there(file: Path) -> UsageError:
    return UsageError(f"export: {file}: already exists; choose another name, or replace it with --force")


def _write(
    sink: _Sink, wanted: Export, columns: Sequence[str], rows: Iterator[Sequence[Any]], total: int | None
) -> int:
    name = wanted.selection.view
    number = 0
    shown = wanted.file is not None or not OUT.is_terminal
    with bars("info" if shown else "error", counted=True) as bar, _taking(sink, wanted, columns) as take:
        for number, row in enumerate(rows, 1):
            take(row)
            if number % _SHOWN_EVERY == 0:
                bar.show(name, number, total, name)
    return number


@contextmanager
def _taking(sink: _Sink, wanted: Export, columns: Sequence[str]) -> Iterator[_Take]:
    if wanted.format == "ndjson":
        yield lambda row: cast("None", sink.write(f"{row[-1]}\n".encode()))
    elif wanted.format == "csv":
        with _csv(sink, columns, raw=wanted.raw) as take:
            yield take
    else:
        from s1ecs.outputs.parquet.columns import TypedColumn
        from s1ecs.outputs.parquet.writer import ParquetRows

        known = {name: TypedColumn(name, kind) for name, kind, _ in typed_views()[wanted.selection.view]}
        typed = [known.get(column, TypedColumn(column, "text")) for column in columns]
        with ParquetRows(sink, typed) as parquet:
            yield parquet.add


@contextmanager
def _csv(sink: _Sink, columns: Sequence[str], *, raw: bool) -> Iterator[_Take]:
    if isinstance(sink, _StandardOutput):
        OUT.csv(columns, raw=raw)
        yield lambda row: OUT.csv(row, raw=raw)
        return
    text = TextIOWrapper(cast("BinaryIO", sink), encoding="utf-8", newline="")
    try:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        yield lambda row: cast("None", writer.writerow(row if raw else map(harmless, row)))
        text.flush()
    finally:
        # Else it would close the file below it.
        text.detach()
