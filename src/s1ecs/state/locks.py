"""One walker a checkpoint: a lock for each (console, stream, walk), held by a process and let go when it dies.

The kernel holds the lock (flock), not the file: files stay behind and mean nothing.
"""

import errno
import fcntl
import os
import platform
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from s1ecs.errors import StateError, StateFull, WalkTaken
from s1ecs.state.private import private_file, private_folder

FOLDER_NAME = "locks"

_LONGEST_NOTE = 1000
_NOT_ABLE = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Name(Protocol):
    """What is locked; its text is what people know it by."""

    @property
    def console(self) -> str:
        """The console's name."""

    @property
    def stream(self) -> str:
        """The stream's name."""

    @property
    def walk(self) -> str:
        """The walk's name."""


@asynccontextmanager
async def held(state_folder: Path, names: Sequence[Name]) -> AsyncIterator[None]:
    """Hold the locks of all these walks, or of none: raise WalkTaken, which names who has the one that is taken.

    Nothing here waits, so that it needs no thread. Raise StateError where the folder can't be written or its file
    system has no locks.
    """
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(_held(state_folder / FOLDER_NAME, name))
        yield


@contextmanager
def _held(folder: Path, name: Name) -> Iterator[None]:
    path = folder / file_name(name)
    try:
        if not folder.is_dir():
            private_folder(folder.parent)
            private_folder(folder)
        descriptor = private_file(path, os.O_RDWR)
    except OSError as error:
        raise _unusable(path, error) from None
    try:
        _take(descriptor, path, name)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, name: Name) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on host {platform.node()}\n".encode(), 0)
    except BlockingIOError:
        holder = os.pread(descriptor, _LONGEST_NOTE, 0).decode(errors="replace").strip() or "another process"
        raise WalkTaken(
            str(name), f"already collected by {holder}; stop it, or leave this to it, or choose another state_dir"
        ) from None
    except OSError as error:
        raise _unusable(path, error) from None


def _unusable(path: Path, error: OSError) -> StateError:
    if error.errno in _NOT_ABLE:
        return StateError(
            f"{path}: this file system can't lock files ({error.strerror}), so two processes might collect the same; "
            "put state_dir on a local disk"
        )
    if error.errno in _FULL:
        return StateFull(f"{path}: no space left on its disk; make room; nothing that was committed is lost")
    return StateError(
        f"{path}: can't be written ({error.strerror}); give s1ecs write access to the folder and its files"
    )


def file_name(name: Name) -> str:
    """The name of a lock's file: another one for each walk, and nothing in it that a file system might not take."""
    return "+".join(quote(part, safe="") for part in (name.console, name.stream, name.walk)) + ".lock"
