"""The files of one writer: each stream's open one, cut back to its mark, appended to, closed by its last name.

Whatever happens here comes before the commit that moves the mark, so every state of the disk that a crash can leave
says by itself what to do: bytes behind the mark are cut off, a file that no mark names was never committed, and one
whose mark says open though it has its last name was closed already. Closed files are never opened again.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from s1ecs.outputs.files.writer_lock import FolderWriter, sync_folder
from s1ecs.state.file_marks import FileMark, FileMarks, WriterMarks
from s1ecs.state.transaction import Transaction

OPEN = ".open"
KEPT = ".kept"

# A folder's group may read: programs that carry the files on run as users of their own.
_MODE = 0o640
_NAME = re.compile(r"(?P<stream>\w+?)-(?:(?P<writer>[0-9]+)-)?(?P<sequence>[0-9]+)\.ndjson(?:\.zst)?(?P<end>\.\w+)?")


@dataclass(frozen=True)
class Rules:
    """Rules for closing a file (bytes, age), and the end of its name: `.ndjson` or `.ndjson.zst`."""

    max_size: int
    max_age: timedelta
    suffix: str

    def done(self, mark: FileMark, now: datetime, coming: int = 0) -> bool:
        """Tell whether an open file is to be closed before so many more bytes are written."""
        old = now - datetime.fromisoformat(mark.opened) >= self.max_age
        full = mark.bytes >= self.max_size or (mark.bytes > 0 and mark.bytes + coming > self.max_size)
        return old or full or not (mark.file or "").endswith(self.suffix)


class WrittenFiles:
    """The files of a writer in its folder, and their marks; all methods raise OSError."""

    def __init__(self, writer: FolderWriter, marks: FileMarks, rules: Rules, warn: Callable[[str], None]) -> None:
        self.writer = writer
        self._marks = marks
        self._rules = rules
        self._warn = warn

    def append(self, transaction: Transaction, stream: str, data: bytes, now: datetime) -> None:
        """Write to the stream's open file, durably, and move its mark; begin another file where it is time."""
        marks = self._met(transaction)
        batches = marks.batches
        self.writer.begin(batches)
        mark = marks.of(stream)
        descriptor = self._opened(mark)
        if descriptor is not None and self._rules.done(mark, now, len(data)):
            self._finish(mark, descriptor)
            descriptor = None
        if descriptor is None:
            mark, descriptor = self._made(marks, mark, now)
        try:
            _write(descriptor, data, mark.bytes)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        marks.save(mark._replace(bytes=mark.bytes + len(data)))
        marks.set_batches(batches + 1)

    def tidy(self, transaction: Transaction, now: datetime) -> None:
        """Cut what was never committed off open files, and close those whose time has come though nothing arrives."""
        marks = self._met(transaction)
        self.rest(transaction)
        for mark in marks.every():
            if mark.file is None:
                continue
            descriptor = self._opened(mark)
            if descriptor is not None and not self._rules.done(mark, now):
                os.close(descriptor)
                continue
            if descriptor is not None:
                self._finish(mark, descriptor)
            marks.save(mark._replace(file=None))

    def rest(self, transaction: Transaction) -> None:
        """Remember what is committed, for the case that the state is put back from a backup."""
        committed = self._marks.of(transaction, self.writer.id).batches
        if not self.writer.knows_more(committed):
            self.writer.end(committed)

    def _met(self, transaction: Transaction) -> WriterMarks:
        """The marks, after whatever a state that was put back from a backup does not know is kept apart."""
        # In every transaction: the database may be another since the last one, also under a running process.
        marks = self._marks.of(transaction, self.writer.id)
        if not self.writer.knows_more(marks.batches):
            return marks
        for path in list(self._open_paths()):
            self._keep(
                path,
                "contains more than the state, which is older, has recorded; its documents are delivered again in "
                "new files",
            )
        marks.set_batches(max(self.writer.memory.begun, self.writer.memory.committed))
        for mark in marks.every():
            marks.save(mark._replace(file=None))
        return marks

    def _opened(self, mark: FileMark) -> int | None:
        """The stream's open file, cut back to its mark; None where there is none to go on with."""
        if mark.file is None:
            return None
        path = self._path(mark.file + OPEN)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            if not self._path(mark.file).exists():
                self._warn(f"{path}: was removed by another program; its content is not written again")
            return None
        length = os.fstat(descriptor).st_size
        if length < mark.bytes:
            os.close(descriptor)
            self._keep(path, f"was truncated, {length} bytes instead of {mark.bytes}; a new file is started")
            return None
        if length > mark.bytes:
            os.ftruncate(descriptor, mark.bytes)
        return descriptor

    def _finish(self, mark: FileMark, descriptor: int) -> None:
        """Give a file its last name. Its mark is committed, so that it holds what it should and nothing else."""
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        path, last = self._path(f"{mark.file}{OPEN}"), self._path(mark.file or "")
        if last.exists():
            self._keep(path, f"cannot be closed, because {last.name} already exists")
            return
        path.rename(last)
        sync_folder(self.writer.folder)

    def _made(self, marks: WriterMarks, mark: FileMark, now: datetime) -> tuple[FileMark, int]:
        """A new file, under a number that no file of the stream has had."""
        made = self.writer.memory.made
        if made and all(other.file != made for other in marks.every()):
            # Made by this state, and the commit that would have named it never came.
            self._path(made + OPEN).unlink(missing_ok=True)
        sequence = max(mark.sequence, self._greatest(mark.stream)) + 1
        file = f"{self.writer.prefix(mark.stream)}{sequence:06d}{self._rules.suffix}"
        self.writer.remember(replace(self.writer.memory, made=file), durably=True)
        descriptor = os.open(self._path(file + OPEN), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
        sync_folder(self.writer.folder)
        return FileMark(mark.stream, sequence, file, 0, now.isoformat()), descriptor

    def _keep(self, path: Path, why: str) -> None:
        kept = path.with_name(path.name.removesuffix(OPEN) + KEPT)
        number = 1
        while kept.exists():
            number += 1
            kept = kept.with_suffix(f"{KEPT}{number}")
        path.rename(kept)
        sync_folder(self.writer.folder)
        self._warn(f"{path}: {why}; it is kept as {kept.name}")

    def _path(self, name: str) -> Path:
        return self.writer.folder / name

    def _greatest(self, stream: str) -> int:
        return max((int(found["sequence"]) for _, found in self._names() if found["stream"] == stream), default=0)

    def _open_paths(self) -> Iterator[Path]:
        return (path for path, found in self._names() if found["end"] == OPEN)

    def _names(self) -> Iterator[tuple[Path, re.Match[str]]]:
        """The files of this writer."""
        for path in self.writer.folder.iterdir():
            found = _NAME.fullmatch(path.name)
            if found and int(found["writer"] or 1) == self.writer.number:
                yield path, found


def _write(descriptor: int, data: bytes, place: int) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(descriptor, rest, place)
        rest, place = rest[written:], place + written
