"""Files of the console on disk: streamed beside their name, whole before they get it, readable by their owner alone."""

import errno
import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

import stamina

from s1ecs.errors import DownloadError
from s1ecs.open_files import at_limit
from s1ecs.permissions import make_folder
from s1ecs.respond.files.unfinished import Noted, not_noted
from s1ecs.sentinelone.downloads import LEAST_RATE, DownloadSource, LeastRate, opened, said_instead
from s1ecs.sentinelone.retry_policy import WAIT_INITIAL, WAIT_JITTER, RetryPolicy
from s1ecs.sentinelone.transport import Connection

# What an agent uploads is 10 MB at most, what a script brings may be far more.
LARGEST = 1_000_000_000

# A zip with members, and one without.
_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
_LONGEST_EXCERPT = 64_000
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Downloaded:
    """A zip that lies on disk whole; `sha256` in hexadecimal digits, `size` in bytes."""

    path: Path
    size: int
    sha256: str


async def _no_note(_: Downloaded) -> None:
    """Note it nowhere."""


async def download(
    connection: Connection,
    source: DownloadSource,
    path: Path,
    *,
    largest: int = LARGEST,
    tell: Callable[[int], None] = lambda _: None,
    note: Callable[[Downloaded], Awaitable[None]] = _no_note,
    least: LeastRate = LEAST_RATE,
    unfinished: Noted = not_noted,
) -> Downloaded:
    """Bring a zip to `path`, which must not be there; `tell` is told of the bytes that have come so far.

    `note` is awaited when all of it is on disk, before it gets its name, so that whoever comes after a crash can know
    it (`is_whole`); `least` is how slow it may come; `unfinished` holds a note of what is not whole.

    Raise ConsoleError types (FileExpired where the console has it no longer), DownloadError where it is larger than
    `largest` bytes, no zip, or the disk does not take it. A transfer that breaks begins anew, a few times; nothing of
    it is left.
    """
    _refuse_existing(path)
    with _beside(path) as descriptor, unfinished(_part(path)):
        async for attempt in stamina.retry_context(
            on=RetryPolicy(repeatable=True, retry_wait_max=connection.retry_wait_max),
            attempts=connection.attempts,
            timeout=None,
            wait_initial=min(WAIT_INITIAL, connection.retry_wait_max),
            wait_max=connection.retry_wait_max,
            wait_jitter=WAIT_JITTER,
        ):
            with attempt, _explained(path):
                os.ftruncate(descriptor, 0)
                os.lseek(descriptor, 0, os.SEEK_SET)
                async with opened(connection, source, least=least) as pieces:
                    asked = (connection, source)
                    size, digest = await _write(pieces, descriptor, path, asked, largest=largest, tell=tell)
                os.fsync(descriptor)
                _refuse_existing(path)
                found = Downloaded(path, size, digest)
                await note(found)
                _part(path).rename(path)
                _sync_folder(path.parent)
                return found
    raise AssertionError("stamina ends by a file or by raising the last error")


def is_whole(told: Downloaded) -> bool:
    """Return True if the file has the expected size and digest. Reads all of it."""
    try:
        descriptor = os.open(told.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return os.fstat(descriptor).st_size == told.size and file_digest(file, "sha256").hexdigest() == told.sha256
    except OSError:
        return False


async def _write(
    pieces: AsyncIterator[bytes],
    descriptor: int,
    path: Path,
    asked: tuple[Connection, DownloadSource],
    *,
    largest: int,
    tell: Callable[[int], None],
) -> tuple[int, str]:
    """Write the pieces; the size and the digest of what was written."""
    size, digest, beginning, is_zip = 0, sha256(), b"", False
    async for piece in pieces:
        if not is_zip:
            beginning += piece
            if len(beginning) < len(_BEGINNINGS[0]):
                continue
            is_zip = beginning.startswith(_BEGINNINGS)
            if not is_zip:
                # An error instead of a file; some more of it, so that it can be told.
                if len(beginning) < _LONGEST_EXCERPT:
                    continue
                break
            data = beginning
        else:
            data = piece
        size += len(data)
        if size > largest:
            raise DownloadError(
                f"{path}: larger than {largest / 1e6:g} MB, so the download was aborted; raise the limit if the "
                "disk has room"
            )
        digest.update(data)
        _write_whole(descriptor, data)
        tell(size)
    if not is_zip:
        raise said_instead(beginning, *asked)
    return size, digest.hexdigest()


def _write_whole(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


@contextmanager
def _beside(path: Path) -> Iterator[int]:
    """The file `NAME.part`, this process's alone, and gone afterwards unless it got its name."""
    part = _part(path)
    with _explained(path):
        make_folder(path.parent)
        descriptor = _locked(part)
    try:
        with _explained(path):
            # What a crash left there may have been made by somebody with another mode.
            os.fchmod(descriptor, 0o600)
        try:
            yield descriptor
        finally:
            with suppress(OSError):
                if os.path.samestat(part.lstat(), os.fstat(descriptor)):
                    part.unlink()
    finally:
        os.close(descriptor)


def _locked(part: Path) -> int:
    """The descriptor of the file that has this name while its lock is held."""
    while True:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had the lock may have given the file its name since it was opened: it is whole, and no more ours.
            with suppress(FileNotFoundError):
                if os.path.samestat(part.lstat(), os.fstat(descriptor)):
                    return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    # Some file systems take no fsync of a folder; the file itself is on disk.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _refuse_existing(path: Path) -> None:
    if path.is_symlink() or path.exists():
        raise DownloadError(f"{path}: already exists; move it away or choose another name")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except BlockingIOError:
        raise DownloadError(
            f"{path}: another process is downloading it; wait until it has finished or choose another name"
        ) from None
    except OSError as error:
        cure = "free disk space" if error.errno in _FULL else "choose another directory or check its permissions"
        why = at_limit(error) or f"{error.strerror}; {cure}"
        raise DownloadError(f"{path}: cannot be written: {why}") from None
