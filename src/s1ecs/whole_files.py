"""Files that appear under their name when they are whole and on the disk, never before."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from s1ecs.leftovers import noted

_WITHOUT_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})


@dataclass(frozen=True)
class UnfinishedFile:
    """A file under a name that nobody looks for."""

    path: Path
    file: BinaryIO

    def sync(self) -> None:
        """Bring what was written onto the disk; raise OSError."""
        self.file.flush()
        os.fsync(self.file.fileno())


@contextmanager
def unfinished_file(state_folder: Path, target: Path) -> Iterator[UnfinishedFile]:
    """Open a file beside `target`, for its owner alone; `publish` gives it its name, else it goes with the context.

    What a killed process leaves is removed at the next start. Raise OSError.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file, noted(state_folder, part):
            yield UnfinishedFile(part, file)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def whole_file(state_folder: Path, target: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """Open a file that gets the name `target` when the context ends without an error.

    Raise FileExistsError where `target` is there and must not be replaced, OSError where it can't be written; nothing
    of it is left then.
    """
    with unfinished_file(state_folder, target) as part:
        yield part.file
        part.sync()
        publish(part.path, target, replace=replace)


def publish(part: Path, target: Path, *, replace: bool = False) -> None:
    """Give a whole file its name, and another file's only with `replace`; raise FileExistsError, OSError."""
    if replace:
        part.replace(target)
    else:
        try:
            target.hardlink_to(part)
        except OSError as error:
            if error.errno not in _WITHOUT_LINKS:
                raise
            if target.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
            part.rename(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder onto the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
