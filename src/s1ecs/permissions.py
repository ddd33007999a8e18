"""Files and folders that only their owner may read and write, whatever the umask."""

import os
from contextlib import suppress
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def make_folder(path: Path, mode: int = FOLDER_MODE) -> None:
    """Make a folder, and those above it, with this mode less what the umask takes; raise OSError.

    One that is there keeps its mode: it may be shared with others for a reason.
    """
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for each in reversed(missing):
        each.mkdir(mode=mode, exist_ok=True)


def private_folder(path: Path) -> None:
    """Make a folder, and those above it, unless it is there, for its owner alone; raise OSError."""
    if not path.is_dir():
        make_folder(path)
        path.chmod(FOLDER_MODE)


def private_file(path: Path, flags: int) -> int:
    """Open a file with these flags of `os.open`, made if it is not there; its descriptor. Raise OSError."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    make_private(path)
    return descriptor


def make_private(path: Path) -> None:
    """Take a file away from everybody but its owner, if it is there and ours."""
    # Another user's file, or a disk that is read-only now: whoever can't use it finds out by itself.
    with suppress(OSError):
        path.chmod(FILE_MODE)
