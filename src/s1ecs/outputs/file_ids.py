"""Which documents lie in a folder of NDJSON files: their ids, read once a file and again when it has changed."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from s1ecs.errors import OutputError

_ID = re.compile(rb'\{"_id":"([^"\\]+)"')


class _Read(NamedTuple):
    """What a file was when it was read, and the ids in it."""

    changed: tuple[int, int]
    ids: frozenset[str]


class FileIds:
    """Reads the ids in the files of a folder; those of the streams asked about stay in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Path, _Read] = {}

    def present(self, stream: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that lie in a file of the stream; raise OSError or OutputError where that can't be read."""
        wanted = frozenset(ids)
        found = frozenset[str]()
        for path in sorted(self._folder.glob(f"{stream}-*.ndjson*")):
            found |= wanted & self._of(path)
        return found

    def _of(self, path: Path) -> frozenset[str]:
        try:
            about = path.stat()
            changed = (about.st_size, about.st_mtime_ns)
            known = self._files.get(path)
            if known is None or known.changed != changed:
                known = self._files[path] = _Read(changed, frozenset(_ids(path)))
        except FileNotFoundError:
            # Closed under another name, or taken away, meanwhile.
            self._files.pop(path, None)
            return frozenset()
        return known.ids


def _ids(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for line in _lines(path, file):
            found = _ID.match(line) if line.endswith(b"\n") else None
            if found:
                yield found[1].decode()


def _lines(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    if ".zst" not in path.suffixes:
        yield from file
        return
    try:
        import io

        import zstandard
    except ImportError:
        raise OutputError(
            f"{path}: can't be read without zstandard; install it with: pip install 's1ecs[zstd]'"
        ) from None
    # Of an open file the last frame may not be whole yet.
    try:
        with zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as unpacked:
            yield from io.BufferedReader(unpacked)
    except zstandard.ZstdError:
        return
