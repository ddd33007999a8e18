"""Leases by locked files: a (console, stream, walk) is held by one process, and free as soon as that one is dead.

A process keeps one file locked (flock) for as long as it holds any walk. The file of a walk only tells which process
that is, and is locked while it is looked at. So a walk is held if the file named in it is locked: the kernel decides,
and lets go when a process dies; what files say means nothing by itself. One descriptor serves any number of walks.
"""

import errno
import fcntl
import os
import platform
import re
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from s1ecs.errors import StateError, StateFull, WalkTaken
from s1ecs.open_files import at_limit
from s1ecs.permissions import private_file, private_folder
from s1ecs.read_only_file_system import CURE
from s1ecs.state.leases import LastingTenure, LeaseName

FOLDER_NAME = "locks"

_LONGEST_NOTE = 1000
_NOTE = re.compile(r"(?P<who>.*) \((?P<holder>holder-[0-9a-f]+\.lock)\)\s*")
_NOT_ABLE = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
_FULL = (errno.ENOSPC, errno.EDQUOT)


class SqliteLeases:
    """The walks that a process holds in a state folder, by one descriptor, which is open while there are any."""

    def __init__(self, state_folder: Path) -> None:
        self._folder = state_folder / FOLDER_NAME
        self._holder = ""
        self._descriptor: int | None = None
        self._names: set[str] = set()

    @asynccontextmanager
    async def held(self, names: Sequence[LeaseName]) -> AsyncIterator[LastingTenure]:
        """Hold all these walks, or none: raise WalkTaken, which names who has the one that is taken.

        Nothing here waits, so that it needs no thread. Raise StateError where the folder can't be written or its file
        system has no locks.
        """
        with ExitStack() as stack:
            for name in names:
                stack.enter_context(self._held(name))
            yield LastingTenure()

    @contextmanager
    def _held(self, name: LeaseName) -> Iterator[None]:
        path = self._folder / file_name(name)
        try:
            self._open()
            self._take(path, name)
        except OSError as error:
            self._close_if_free()
            raise _unusable(path, error) from None
        except WalkTaken:
            self._close_if_free()
            raise
        self._names.add(path.name)
        try:
            yield
        finally:
            self._names.remove(path.name)
            # Nobody else writes into it as long as it names us; where it stays, it is free once our file is.
            with suppress(OSError):
                os.truncate(path, 0)
            self._close_if_free()

    def _open(self) -> None:
        """Lock the file of this process, which nobody knows of yet."""
        if self._descriptor is not None:
            return
        if not self._folder.is_dir():
            private_folder(self._folder.parent)
            private_folder(self._folder)
        # Another name each time: whoever finds one that nobody locks removes it.
        self._holder = f"holder-{uuid.uuid4().hex}.lock"
        descriptor = private_file(self._folder / self._holder, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def _close_if_free(self) -> None:
        if self._names or self._descriptor is None:
            return
        with suppress(OSError):
            (self._folder / self._holder).unlink()
        os.close(self._descriptor)
        self._descriptor = None

    def _take(self, path: Path, name: LeaseName) -> None:
        descriptor = private_file(path, os.O_RDWR)
        try:
            free = _locked(descriptor)
            note = os.pread(descriptor, _LONGEST_NOTE, 0).decode(errors="replace").strip()
            told = _NOTE.fullmatch(note)
            # An s1ecs from before there were holders keeps the walk's own file locked.
            if not free or path.name in self._names or (told is not None and self._alive(told["holder"])):
                who = (told["who"] if told else note) or "another process"
                raise WalkTaken(
                    str(name),
                    f"already collected by {who}; stop it, leave collecting to it, or choose another state_dir",
                )
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()} on host {platform.node()} ({self._holder})\n".encode(), 0)
        finally:
            os.close(descriptor)

    def _alive(self, holder: str) -> bool:
        """Tell whether another holder's file is locked; one that nobody locks is of a dead process, and removed."""
        if holder == self._holder:
            return False
        path = self._folder / holder
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            if not _locked(descriptor, fcntl.LOCK_SH):
                return True
            with suppress(OSError):
                path.unlink()
        finally:
            os.close(descriptor)
        return False


def _locked(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    """Lock a file unless another process has; tell whether it is ours now."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unusable(path: Path, error: OSError) -> StateError:
    if error.errno in _NOT_ABLE:
        return StateError(
            f"{path}: this file system can't lock files ({error.strerror}), so two processes might collect the same "
            "data; put state_dir on a local disk"
        )
    if (limit := at_limit(error)) is not None:
        return StateError(f"{path}: can't be opened, {limit}")
    if error.errno == errno.EROFS:
        return StateError(f"{path}: can't be written, {CURE}")
    if error.errno in _FULL:
        return StateFull(f"{path}: no space left on its disk; free some space; nothing that was committed is lost")
    return StateError(
        f"{path}: can't be written ({error.strerror}); give s1ecs write access to the directory and its files"
    )


def file_name(name: LeaseName) -> str:
    """The name of a lock's file: another one for each walk, and nothing in it that a file system might not take."""
    return "+".join(quote(part, safe="") for part in (name.console, name.stream, name.walk)) + ".lock"
