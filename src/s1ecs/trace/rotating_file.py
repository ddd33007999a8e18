"""A file of lines that never grows beyond a bound: when it is full, it moves aside and another begins."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from s1ecs.errors import UsageError
from s1ecs.open_files import at_limit
from s1ecs.permissions import private_file

LARGEST = 10_000_000


class TraceFile:
    """Appends to `path`, a file of its owner alone; the one before it is `<path>.1`, which is replaced.

    Both together are never larger than twice `largest` bytes. Every method blocks.
    """

    def __init__(self, path: Path, largest: int = LARGEST) -> None:
        self.path = path
        self.largest = largest
        self._descriptor = -1
        self._size = 0

    def open(self) -> None:
        """Open or make the file; raise UsageError where that can't be."""
        try:
            self._open()
        except OSError as error:
            cure = at_limit(error) or f"{error.strerror}; choose another file"
            raise UsageError(f"--trace {self.path}: can't be written: {cure}") from None

    def write(self, line: bytes) -> None:
        """Append a line, all of it or nothing; raise OSError. A line longer than the bound is not written."""
        if len(line) > self.largest:
            return
        if self._size + len(line) > self.largest and self._size:
            self.close()
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))
            self._open()
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(line)

    def close(self) -> None:
        """Close the file; what was written stays."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor != -1:
            os.close(descriptor)

    def _open(self) -> None:
        # Neither through somebody else's link nor into a pipe that nobody reads.
        flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = private_file(self.path, flags)
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            os.close(descriptor)
            raise OSError(0, "not a regular file")
        self._descriptor, self._size = descriptor, about.st_size
