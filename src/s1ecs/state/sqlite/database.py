"""The state database's one connection, on the one thread that s1ecs has."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Self, TypeVar

from s1ecs.errors import StateDamaged, StateError, StateFull, StateTooNew
from s1ecs.leftovers import remove_leftovers
from s1ecs.open_files import at_limit
from s1ecs.permissions import make_private, private_file, private_folder
from s1ecs.read_only_file_system import CURE, is_read_only
from s1ecs.state.sqlite.replaced_file import OpenFiles
from s1ecs.state.sqlite.schema import SCHEMA_STEPS, SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

FILE_NAME = "s1ecs.db"
_WAIT_FOR_LOCK_SECONDS = 30.0
# Of SQLite's virtual machine: some milliseconds, and too many to slow anything.
_STEPS_BETWEEN_SIGNALS = 10_000

# In WAL mode the file is sound either way; without FULL the end of a transaction does not wait for the disk.
_SYNCHRONOUS = {True: "PRAGMA synchronous = FULL", False: "PRAGMA synchronous = NORMAL"}
# A commit of a thousand documents writes each page once, and pages that most commits change, such as those of the rows'
# indices, are moved from the journal to the file once for some of them: 16 MB of memory and about as much on disk.
_SIZES = ("PRAGMA cache_size = -16384", "PRAGMA wal_autocheckpoint = 4000")
# What SQLite calls it when the limit of open files is reached, or the file system is read-only.
_UNTOLD = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY")
# Whatever the statement is, it may meet these.
_NOT_OF_A_STATEMENT = (
    "SQLITE_INTERRUPT",
    "SQLITE_CORRUPT",
    "SQLITE_NOTADB",
    "SQLITE_IOERR",
    "SQLITE_CANTOPEN",
    "SQLITE_BUSY",
    "SQLITE_FULL",
)
# After these the connection may know things that hold no more, or not see that they are mended.
_DOUBTFUL = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")


# Python's sqlite3 looks for an adapter of every value that is no text or number, None among them, and makes an error
# where there is none, which takes longer than storing the value.
sqlite3.register_adapter(NoneType, lambda none: none)


class Database:
    """An open state database. Every use of it is a function that runs on its thread, inside one transaction."""

    def __init__(self, path: Path, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self.path = path
        self._connection = connection
        self._thread = thread
        self._files = OpenFiles.now(path)
        self._doubtful = False
        self._opened = 1

    @classmethod
    async def open(cls, state_folder: Path) -> Self:
        """Open, create or upgrade `<state_folder>/s1ecs.db`; raise StateError with what to do."""
        path = state_folder / FILE_NAME
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="state")
        try:
            connection = await asyncio.get_running_loop().run_in_executor(thread, connect, path)
        except BaseException:
            thread.shutdown()
            raise
        return cls(path, connection, thread)

    async def run(self, work: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> T:
        """Do `work` in one transaction: all of it is durable afterwards, or, if it raised, none.

        What is not `durable` does not wait for the disk: a power cut, but no crash of this process, may undo the last
        ones of these, in their order, back to the last one that is durable.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, work, durable)

    async def run_blocking(self, work: Callable[[], T]) -> T:
        """Do `work` on the database's thread, outside of any transaction: what blocks, but is about other files."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    @property
    def opened(self) -> int:
        """Number of times the file was opened; another number means that it may be another file, or an older one."""
        return self._opened

    async def close(self) -> None:
        """Close the file; what was committed stays."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()

    def _transaction(self, work: Callable[[sqlite3.Connection], T], durable: bool) -> T:  # noqa: FBT001 - see `run`
        with explained(self.path):
            if self._doubtful or self._files.replaced():
                self._open_again()
            try:
                self._connection.execute(_SYNCHRONOUS[durable])
                self._connection.execute("BEGIN IMMEDIATE")
                result = work(self._connection)
                self._connection.execute("COMMIT")
            except BaseException as error:
                self._doubtful = isinstance(error, sqlite3.Error) and _name_of(error).startswith(_DOUBTFUL)
                # SQLite ends a transaction by itself on some errors, a full disk among them.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        return result

    def _open_again(self) -> None:
        """Open what lies at the path now; what this connection knew may hold no more."""
        replaced = self._files.replaced()
        self._doubtful = True  # until it is open
        with suppress(sqlite3.Error):
            self._connection.close()
        if replaced:
            self._files.drop_left_behind()
        self._connection = connect(self.path)
        self._files = OpenFiles.now(self.path)
        self._doubtful = False
        self._opened += 1


def connect(path: Path) -> sqlite3.Connection:
    """Open, create or upgrade a state database for reading and writing."""
    try:
        private_folder(path.parent)
    except OSError as error:
        raise StateError(
            f"state directory {path.parent}: can't be created ({error.strerror}); choose another with the setting "
            "state_dir"
        ) from None
    _make_private(path)
    remove_leftovers(path.parent)
    with explained(path):
        connection = sqlite3.connect(path, timeout=_WAIT_FOR_LOCK_SECONDS, isolation_level=None)
        try:
            # An older database changes to it when it is compacted.
            if not connection.execute("PRAGMA page_count").fetchone()[0]:
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(_SYNCHRONOUS[True])
            for size in _SIZES:
                connection.execute(size)
            # What replaces a row removes the old one: triggers have to see that.
            connection.execute("PRAGMA recursive_triggers = ON")
            _upgrade(path, connection)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def transaction_of(connection: sqlite3.Connection) -> "Iterator[None]":
    """Make what is done inside one commit; none of it is done if it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def connect_for_reading(path: Path, *, any_thread: bool = False) -> sqlite3.Connection:
    """Open an existing state database without any right to change it; `any_thread` may use it, one at a time."""
    if not is_there(path):
        raise no_state(path.parent)
    with explained(path):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            uri=True,
            timeout=_WAIT_FOR_LOCK_SECONDS,
            check_same_thread=not any_thread,
        )
        version = _version(connection)
        if version > SCHEMA_VERSION:
            connection.close()
            raise _too_new(path, version)
    return connection


def is_there(path: Path) -> bool:
    """Tell whether there is a state database; raise StateError if that is not known."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StateError(
            f"{path}: can't be read ({error.strerror}); give s1ecs access to it, or set state_dir to its directory"
        ) from None
    return True


def no_state(folder: Path) -> StateError:
    """Make the error of a command that reads a state where there is none."""
    return StateError(
        f"no state at {folder}: check --state-dir and the setting state_dir, or collect first (s1ecs collect)"
    )


def is_of_the_file(error: sqlite3.Error | sqlite3.Warning) -> bool:
    """Tell whether an error is of the file, or Ctrl-C, and not of the statement that a user wrote; for `explained`."""
    return (getattr(error, "sqlite_errorname", "") or "").startswith(_NOT_OF_A_STATEMENT)


def interruptible(connection: sqlite3.Connection) -> None:
    """Make Ctrl-C end a running statement, which would keep Python from seeing the signal; under `explained`."""
    connection.set_progress_handler(lambda: 0, _STEPS_BETWEEN_SIGNALS)


def _make_private(path: Path) -> None:
    """Make the file before SQLite does, which gives what it makes beside it (-wal, -shm) the same mode."""
    # An existing file is not opened: to close it again would drop the locks that this process has on it. What can't be
    # made here SQLite can't make either, and its error is told.
    with suppress(OSError):
        os.close(private_file(path, os.O_RDWR | os.O_EXCL))
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        make_private(each)


def _upgrade(path: Path, connection: sqlite3.Connection) -> None:
    if _version(connection) == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    version = _version(connection)  # once more: another process may just have done it
    if version > SCHEMA_VERSION:
        raise _too_new(path, version)
    for step in SCHEMA_STEPS[version:]:
        for statement in step:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _too_new(path: Path, version: int) -> StateTooNew:
    return StateTooNew(
        f"{path}: written by a newer s1ecs (its schema is {version}, this s1ecs supports {SCHEMA_VERSION}); "
        "install that version or newer, or set state_dir to another directory; nothing was changed"
    )


@contextmanager
def explained(path: Path) -> "Iterator[None]":
    """Turn what SQLite raises into a StateError that says what to do, or into the Ctrl-C that it was."""
    try:
        yield
    except sqlite3.Error as error:
        if _name_of(error) == "SQLITE_INTERRUPT":
            raise KeyboardInterrupt from None
        untold = _name_of(error).startswith(_UNTOLD)
        if untold and (limit := at_limit(error)) is not None:
            raise StateError(f"{path}: can't be opened, {limit}; nothing that was committed is lost") from None
        if untold and is_read_only(path.parent):
            raise StateError(
                f"{path}: can't be written, {CURE}: `run` then continues on its own; nothing that was committed is lost"
            ) from None
        raise _explanation(path, error) from None


def _name_of(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "") or ""


def _explanation(path: Path, error: sqlite3.Error) -> StateError:
    code = _name_of(error)
    if code.startswith("SQLITE_FULL"):
        return StateFull(
            f"{path}: no space left on its disk; free some space: `run` then continues on its own; "
            "nothing that was committed is lost"
        )
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StateDamaged(
            f"{path}: not a valid SQLite database ({error}); replace it with a backup: `run` then continues on its "
            "own; or move it away and restart s1ecs to collect again"
        )
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StateError(f"{path}: can't be written ({error}); give s1ecs write access to the directory and its files")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StateError(
            f"{path}: another process has locked it for too long ({error}); stop that process and try again"
        )
    if code.startswith("SQLITE_IOERR"):
        return StateError(
            f"{path}: reading or writing failed ({error}); check the disk and its limits: once they are "
            "fixed, `run` continues on its own; nothing that was committed is lost"
        )
    return StateError(f"{path}: {error}")
