"""Locks of those who write files into a folder: one process a writer number, and how far the state's marks should be.

The file `.s1ecs-writer-<number>` is locked (flock) while a process writes under that number; the kernel lets go of the
lock when the process dies. Its content, a line of JSON of fixed length, survives: whose state wrote here, how many
batches that state began and saw committed, and the file made last. A state that knows of fewer batches was put back
from a backup, and must not touch what it does not know.
"""

import errno
import fcntl
import os
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import orjson

from s1ecs.errors import OutputError

_MODE = 0o600
_LENGTH = 400
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
# Far more than anybody runs beside each other.
_MOST_WRITERS = 1000


@dataclass(frozen=True)
class WriterState:
    """Content of a writer's file; `state` is the state's id, `id` the writer's own."""

    state: str
    id: str
    begun: int = 0
    committed: int = 0
    made: str = ""


class FolderWriter:
    """A writer number of a folder, held by this process."""

    def __init__(self, folder: Path, number: int, descriptor: int, memory: WriterState) -> None:
        self.folder = folder
        self.number = number
        self.memory = memory
        self._descriptor = descriptor

    @property
    def id(self) -> str:
        """The writer's id, which the state's marks belong to."""
        return self.memory.id

    def prefix(self, stream: str) -> str:
        """Return the beginning of the names of a stream's files."""
        return f"{stream}-" if self.number == 1 else f"{stream}-{self.number}-"

    @classmethod
    def take(cls, folder: Path, state: str) -> Self:
        """The first number that is free and was not another state's; raise OSError or OutputError."""
        for number in range(1, _MOST_WRITERS):
            writer = cls.take_number(folder, number, state)
            if writer is not None:
                return writer
        raise OutputError(
            f"{folder}: {_MOST_WRITERS} other processes write here; choose another directory for this output"
        )

    @classmethod
    def take_number(cls, folder: Path, number: int, state: str) -> Self | None:
        """A certain number, None where another process has it or another state had it."""
        path = folder / f".s1ecs-writer-{number}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            if not _lock(descriptor, path):
                os.close(descriptor)
                return None
            memory = _read(descriptor)
            if memory is not None and memory.state != state:
                os.close(descriptor)
                return None
            writer = cls(folder, number, descriptor, memory or WriterState(state, uuid.uuid4().hex))
            if memory is None:
                writer.remember(writer.memory, durably=True)
        except BaseException:
            os.close(descriptor)
            raise
        return writer

    def remember(self, memory: WriterState, *, durably: bool = False) -> None:
        """Write what is to be remembered; `durably` also across a power cut."""
        os.pwrite(self._descriptor, orjson.dumps(memory).ljust(_LENGTH - 1) + b"\n", 0)
        if durably:
            os.fsync(self._descriptor)
            sync_folder(self.folder)
        self.memory = memory

    def begin(self, committed: int) -> None:
        """Remember that a batch after the `committed` ones is begun."""
        self.remember(replace(self.memory, begun=committed + 1, committed=committed))

    def end(self, committed: int) -> None:
        """Remember how many batches are committed."""
        if self.memory.committed != committed:
            self.remember(replace(self.memory, committed=committed))

    def knows_more(self, committed: int) -> bool:
        """Tell whether more was written under this number than a state with so many batches can know of."""
        return self.memory.committed > committed or self.memory.begun > committed + 1

    def close(self) -> None:
        """Release the number."""
        os.close(self._descriptor)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _NO_LOCKS:
            raise OutputError(
                f"{path}: this file system cannot lock files ({error.strerror}), so two processes might write the same "
                "file; choose a directory on another file system"
            ) from None
        raise
    return True


def _read(descriptor: int) -> WriterState | None:
    try:
        return WriterState(**orjson.loads(os.pread(descriptor, _LENGTH, 0)))
    except (ValueError, TypeError):
        return None
