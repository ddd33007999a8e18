"""Unfinished files that a killed process leaves where users asked for files: noted, and removed at the next start.

A note lies in the state folder, locked (flock) while its process lives; the kernel lets go of the lock when it dies.
What is removed must still be the very file that was noted, and nobody may hold it.
"""

import fcntl
import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson

from s1ecs.permissions import private_file

BEGINNING = ".unfinished-"

_LONGEST_NOTE = 100_000
# What SQLite keeps beside a database.
_BESIDE = ("-journal", "-wal", "-shm")


@contextmanager
def noted(state_folder: Path, path: Path) -> Iterator[None]:
    """Note an unfinished file or folder, which must be there, until it is finished or gone.

    Where the state folder can't be written nothing is noted: that keeps nobody from his work.
    """
    descriptor = -1
    note = state_folder / f"{BEGINNING}{uuid.uuid4().hex}"
    with suppress(OSError):
        descriptor = private_file(note, os.O_RDWR | os.O_EXCL)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        told = {"path": os.fsencode(path.absolute()).hex(), "inode": path.lstat().st_ino}
        os.write(descriptor, orjson.dumps(told))
        os.fsync(descriptor)
    try:
        yield
    finally:
        if descriptor != -1:
            with suppress(OSError):
                note.unlink()
            os.close(descriptor)


def remove_leftovers(state_folder: Path) -> None:
    """Remove what killed processes noted and did not finish; what can't be removed waits for the next start."""
    try:
        notes = list(state_folder.glob(f"{BEGINNING}*"))
    except OSError:
        return
    for note in notes:
        with suppress(OSError):
            _follow(note)


def _follow(note: Path) -> None:
    descriptor = os.open(note, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        told = os.pread(descriptor, _LONGEST_NOTE, 0)
        with suppress(ValueError, KeyError, TypeError):
            # Cut off: its process died before it wrote anything into its file.
            about = orjson.loads(told)
            _remove(Path(os.fsdecode(bytes.fromhex(about["path"]))), int(about["inode"]))
        note.unlink()
    finally:
        os.close(descriptor)


def _remove(path: Path, inode: int) -> None:
    """Remove a file or folder that is ours and still the one that was noted; raise OSError if somebody holds it."""
    try:
        about = path.lstat()
    except FileNotFoundError:
        return
    if about.st_ino != inode or about.st_uid != os.geteuid() or stat.S_ISLNK(about.st_mode):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if stat.S_ISDIR(about.st_mode):
            shutil.rmtree(path)
            return
        path.unlink()
        for suffix in _BESIDE:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    finally:
        os.close(descriptor)
