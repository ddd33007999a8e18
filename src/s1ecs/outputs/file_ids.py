"""Which documents lie in a folder of NDJSON files: their ids, each file read once, and an open one on from there.

An open file counts up to its mark alone: what lies behind it was never committed and is cut off before the next write.
Marks stand at the ends of lines, and of frames, so that what is behind one can be read by itself.
"""

import io
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import orjson

from s1ecs.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_ID = re.compile(rb'\{"_id":"([^"\\]+)"')
_OPEN = re.compile(r"(?P<file>\w+?-(?:(?P<writer>[0-9]+)-)?[0-9]+\.ndjson(?:\.zst)?)\.open")

# How many bytes of open files are good, by the writer's id and the name that the file gets when it is closed.
Good = Mapping[tuple[str, str], int]


def good_bytes(connection: sqlite3.Connection, stream: str) -> Good:
    """The marks of a stream's open files, of all writers of this state."""
    rows = connection.execute("SELECT writer, file, bytes FROM files WHERE stream = ? AND file IS NOT NULL", (stream,))
    return {(writer, file): length for writer, file, length in rows}


class _Read(NamedTuple):
    """Which file it was, when it had changed last (0: an open one), how far it was read, and the ids in it."""

    inode: int
    changed: int
    length: int
    ids: set[str]


class FileIds:
    """Reads the ids in the files of a folder; those of the streams asked about stay in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Path, _Read] = {}

    def present(self, stream: str, ids: Sequence[str], good: Good) -> frozenset[str]:
        """Those of `ids` that lie in a file of the stream, in open ones as far as they are `good`.

        Raises OSError, or OutputError where a file can't be read.
        """
        wanted = frozenset(ids)
        found = set[str]()
        for path in sorted(self._folder.glob(f"{stream}-*.ndjson*")):
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

    def _writer(self, number: int) -> str:
        """The id of the writer that has a number here; empty where none has."""
        try:
            return str(orjson.loads((self._folder / f".s1ecs-writer-{number}").read_bytes())["id"])
        except (FileNotFoundError, ValueError, LookupError, TypeError):
            return ""

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
    try:
        import zstandard
    except ImportError:
        raise OutputError(
            f"{path}: can't be read without zstandard; install it with: pip install 's1ecs[zstd]'"
        ) from None
    # Of a file that was set aside the last frame may not be whole.
    try:
        with zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as unpacked:
            yield from io.BufferedReader(unpacked)
    except zstandard.ZstdError:
        return
