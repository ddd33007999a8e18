"""A file system that is read-only, be it from the start or since the system found an error on it."""

import errno
import os
from pathlib import Path

CURE = (
    "its file system is read-only: find the cause (a disk error, a mount option, ReadWritePaths= of the systemd "
    "unit) and make it writable"
)


def is_read_only(folder: Path) -> bool:
    """Tell whether nothing can be written into a folder because its file system is read-only.

    It is tried, with a file that never gets a name: after an error the flags of a file system may not tell it.
    """
    try:
        write_unnamed(folder)
    except OSError as error:
        return error.errno == errno.EROFS
    return False


def write_unnamed(folder: Path, data: bytes = b"") -> None:
    """Write into a file of a folder that never gets a name; raise OSError, EOPNOTSUPP where a system has none."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP), str(folder))
    descriptor = os.open(folder, flag | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)
