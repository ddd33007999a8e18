"""Files that appear under their name when they are whole and on the disk, never before."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from s1ecs.leftovers import noted

_WITHOUT_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})


@contextmanager
def whole_file(state_folder: Path, target: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """Open a file beside `target`, for its owner alone, that gets that name when the context ends without an error.

    Raise FileExistsError where `target` is there and must not be replaced, OSError where it can't be written; nothing
    of it is left then. What a killed process leaves is removed at the next start.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    part = Path(name)
    with os.fdopen(descriptor, "wb") as file, noted(state_folder, part):
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            publish(part, target, replace=replace)
        finally:
            part.unlink(missing_ok=True)


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
        part.unlink(missing_ok=True)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder onto the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
