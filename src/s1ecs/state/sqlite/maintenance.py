"""Maintenance of a state database: check, compact, back up."""

import errno
import os
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from s1ecs.errors import StateDamaged, StateError, UsageError
from s1ecs.leftovers import noted, remove_leftovers
from s1ecs.state.sqlite.database import connect, connect_for_reading, explained, interruptible, is_there

_MOST_FINDINGS = 10
_PAGES_AT_ONCE = 10_000


def size_on_disk(path: Path) -> int:
    """The bytes of the database and of what SQLite keeps beside it."""
    files = [path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))]
    return sum(map(_size, files))


def _size(file: Path) -> int:
    # The last process that closes the database removes what lies beside it.
    with suppress(FileNotFoundError):
        return file.stat().st_size
    return 0


def findings(path: Path) -> Sequence[str]:
    """Return the findings of SQLite's integrity check, none in a sound database; StateDamaged if not readable."""
    with closing(connect_for_reading(path)) as connection, explained(path):
        interruptible(connection)
        rows = connection.execute(f"PRAGMA integrity_check({_MOST_FINDINGS})").fetchall()
    return [] if rows == [("ok",)] else [str(text) for (text,) in rows]


def compact(path: Path) -> None:
    """Write the database anew without what is free in it; it gives room back step by step from then on.

    Needs the size of its content twice as room, and keeps others from writing meanwhile.
    """
    if not is_there(path):
        connect_for_reading(path)
    with closing(connect(path)) as connection, explained(path):
        interruptible(connection)
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def back_up(path: Path, target: Path) -> None:
    """Copy the database, as it is at this moment, into a new file, whoever reads and writes it meanwhile.

    The file appears when it is whole, sound and on the disk. Raise UsageError where there is one already or no folder
    for it, StateDamaged where the database is not sound.
    """
    if target.exists() or target.is_symlink():
        raise _there(target)
    if not target.parent.is_dir():
        raise UsageError(f"store: {target.parent}: no such directory; create it, or choose another path")
    remove_leftovers(path.parent)
    with closing(connect_for_reading(path)) as source:
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        except OSError as error:
            raise StateError(f"{target}: can't be written ({error.strerror}); choose another path") from None
        part = Path(name)
        with noted(path.parent, part):
            try:
                _copy(path, source, part, target)
                os.fsync(descriptor)
                _name(part, target)
            finally:
                os.close(descriptor)
                part.unlink(missing_ok=True)


def _copy(path: Path, source: sqlite3.Connection, part: Path, target: Path) -> None:
    with explained(target), closing(sqlite3.connect(part)) as copy:
        with explained(path):
            # One look at it all: else SQLite would begin anew when another process writes between two pieces.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        # In pieces, and with something to do between them, so that Ctrl-C ends it.
        source.backup(copy, pages=_PAGES_AT_ONCE, progress=lambda *_: None)
        with explained(path):
            _look_through(path, copy)


def _look_through(path: Path, copy: sqlite3.Connection) -> None:
    interruptible(copy)
    [(found,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
    if found != "ok":
        raise StateDamaged(
            f"{path}: damaged ({found}), so no copy was made; replace it with an older backup, or move it away and "
            "collect again"
        )


def _name(part: Path, target: Path) -> None:
    """Give a whole file its name, never another file's."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        raise _there(target) from None
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS}:
            raise StateError(f"{target}: can't be written ({error.strerror}); choose another path") from None
        part.rename(target)  # a file system without links
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _there(target: Path) -> UsageError:
    return UsageError(f"store: {target}: already exists; choose another name, nothing is overwritten")
