"""Index of the ids in a folder of NDJSON files: each file is read once, and an open one on from there.

An open file counts up to its mark alone: what lies behind it was never committed and is cut off before the next write.
Marks stand at the ends of lines, and of frames, so that what is behind one can be read by itself.
"""

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from s1ecs.extras import importing
from s1ecs.state.file_marks import GoodBytes

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_ID = re.compile(rb'\{"_id":"([^"\\]+)"')
# Both stay as they are, while what stands behind them is written anew beside whoever reads it.
_WRITER = re.compile(rb'\{"state":"[^"\\]*","id":"([^"\\]*)"')
_OPEN = re.compile(r"(?P<file>\w+?-(?:(?P<writer>[0-9]+)-)?[0-9]+\.ndjson(?:\.zst)?)\.open")


class _Read(NamedTuple):
    """A file that was read: its inode, its last change (0: an open one), how far it was read, and the ids in it."""

    inode: int
    changed: int
    length: int
    ids: set[str]


class FileIds:
    """Reads the ids in the files of a folder; those of the streams asked about stay in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Path, _Read] = {}

    def present(self, stream: str, ids: Sequence[str], good: GoodBytes) -> frozenset[str]:
        """Return those of `ids` that lie in a file of the stream, in open ones as far as they are `good`.

        Raises OSError, or MissingExtra where a file is compressed and can't be read.
        """
        wanted = frozenset(ids)
        found = set[str]()
        for path in self._paths(stream, good):
            opened = _OPEN.fullmatch(path.name)
            if opened is None:
                found |= wanted & (self._of(path, None) or set())
                continue
            length = good.get((self._writer(int(opened["writer"] or 1)), opened["file"]))
            # An open file without a mark is another state's, or its commit never came.
            there = set[str]() if length is None else self._of(path, length)
            if there is None:
                # Closed meanwhile: all of it is good then.
                there = self._of(path.with_name(opened["file"]), None) or set()
            found |= wanted & there
        return frozenset(found)

    def _paths(self, stream: str, good: GoodBytes) -> list[Path]:
        """The files of a stream; an open one by either of its names."""
        paths = set(self._folder.glob(f"{stream}-*.ndjson*"))
        for _, file in good:
            # A file that is closed while the folder is listed may be listed under neither of its names.
            path = self._folder / file
            if file.startswith(f"{stream}-") and path not in paths:
                paths.add(path.with_name(f"{file}.open"))
        return sorted(paths)

    def _writer(self, number: int) -> str:
        """The id of the writer that has a number here; empty where none has."""
        try:
            found = _WRITER.match((self._folder / f".s1ecs-writer-{number}").read_bytes())
        except FileNotFoundError:
            return ""
        return "" if found is None else found[1].decode()

    def _of(self, path: Path, length: int | None) -> set[str] | None:
        """The ids in a file, in so many of its bytes; None where there is no such file."""
        try:
            about = path.stat()
            changed = about.st_mtime_ns if length is None else 0
            end = about.st_size if length is None else length
            known = self._files.get(path)
            if known is None or (known.inode, known.changed) != (about.st_ino, changed) or known.length > end:
                known = _Read(about.st_ino, changed, 0, set())
            if known.length < end:
                known.ids.update(_ids(path, known.length, end))
                self._files[path] = known._replace(length=end)
        except FileNotFoundError:
            # Closed under another name, or taken away, meanwhile.
            self._files.pop(path, None)
            return None
        return known.ids


class _Piece(io.RawIOBase):
    """The next bytes of a file, so many of them."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file = file
        self._left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        data = self._file.read(min(len(view), self._left))
        view[: len(data)] = data
        self._left -= len(data)
        return len(data)


def _ids(path: Path, start: int, end: int) -> Iterator[str]:
    with path.open("rb") as file:
        file.seek(start)
        for line in _lines(path, io.BufferedReader(_Piece(file, end - start))):
            found = _ID.match(line) if line.endswith(b"\n") else None
            if found:
                yield found[1].decode()


def _lines(path: Path, file: io.BufferedReader) -> Iterator[bytes]:
    if ".zst" not in path.suffixes:
        yield from file
        return
    with importing("zstd"):
        import zstandard
    # Of a file that was set aside the last frame may not be whole.
    try:
        with zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as unpacked:
            yield from io.BufferedReader(unpacked)
    except zstandard.ZstdError:
        return
