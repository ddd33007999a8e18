"""The state database: durable or not at all, and errors that say what to do."""

import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from s1ecs.errors import StateDamaged, StateError, StateTooNew
from s1ecs.state.sqlite.database import FILE_NAME, Database, connect, connect_for_reading
from s1ecs.state.sqlite.metadata import collector_id
from s1ecs.state.sqlite.schema import SCHEMA_VERSION


async def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    """What raised in the middle left nothing behind, and the database goes on."""
    database = await Database.open(tmp_path)

    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO about VALUES ('a', '1')")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.run(fails)
    count = await database.run(lambda connection: connection.execute("SELECT count(*) FROM about").fetchone()[0])
    await database.close()
    assert count == 0


async def test_collector_id_stays(tmp_path: Path) -> None:
    """One id a state folder, the same at each opening."""
    ids = set()
    for _ in range(2):
        database = await Database.open(tmp_path)
        ids.add(await collector_id(database))
        await database.close()
    assert len(ids) == 1


def test_newer_schema_is_left_alone(tmp_path: Path) -> None:
    """A database of a newer s1ecs is refused for writing and reading, and not changed."""
    connection = connect(tmp_path / FILE_NAME)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    for opening in (connect, connect_for_reading):
        with pytest.raises(StateTooNew, match="written by a newer s1ecs"):
            opening(tmp_path / FILE_NAME)


def test_upgrade_from_nothing_is_repeatable(tmp_path: Path) -> None:
    """Opening twice upgrades once."""
    for _ in range(2):
        connection = connect(tmp_path / FILE_NAME)
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        connection.close()


def test_damaged_file(tmp_path: Path) -> None:
    """A file that is no database is named with what to do."""
    (tmp_path / FILE_NAME).write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(StateDamaged, match="replace it with a backup"):
        connect(tmp_path / FILE_NAME)


def test_state_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A state folder below a file names the setting."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="setting state_dir"):
        connect(tmp_path / "file" / "state" / FILE_NAME)


def test_reading_needs_a_store(tmp_path: Path) -> None:
    """Asking before collecting says so, and makes no file."""
    with pytest.raises(StateError, match="collect first"):
        connect_for_reading(tmp_path / FILE_NAME)
    assert not list(tmp_path.iterdir())


async def test_writing_beyond_a_limit_is_said(tmp_path: Path) -> None:
    """A write that the system refuses becomes one error; what was committed before stays."""
    database = await Database.open(tmp_path)
    await database.run(lambda connection: connection.execute("INSERT INTO about VALUES ('kept', 'x')"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        with pytest.raises(StateError, match="nothing that was committed is lost"):
            await database.run(
                lambda connection: connection.execute("INSERT INTO about VALUES ('big', ?)", ("x" * 1_000_000,))
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    names = await database.run(lambda connection: connection.execute("SELECT name FROM about").fetchall())
    await database.close()
    assert names == [("kept",)]


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o277])
def test_files_and_folder_are_private(tmp_path: Path, mask: int) -> None:
    """The database and what SQLite makes beside it are the owner's alone, whatever the umask; so is the folder."""
    path = tmp_path / "state" / FILE_NAME
    before = os.umask(mask)
    try:
        connection = connect(path)
        connection.execute("INSERT INTO about VALUES ('a', 'x')")
    finally:
        os.umask(before)
    modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    assert modes == dict.fromkeys((FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"), 0o600)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    connection.close()


def test_files_of_an_older_version_become_private(tmp_path: Path) -> None:
    """A database that others could read is theirs no more once it was opened; a folder that was there is left alone."""
    connect(tmp_path / FILE_NAME).close()
    (tmp_path / FILE_NAME).chmod(0o644)
    tmp_path.chmod(0o755)
    connect(tmp_path / FILE_NAME).close()
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_opening_twice_keeps_the_first_ones_locks(tmp_path: Path) -> None:
    """A second connection of the same process does not let other processes write into the first one's transaction."""
    first = connect(tmp_path / FILE_NAME)
    first.execute("BEGIN IMMEDIATE")
    connect(tmp_path / FILE_NAME).close()
    attempt = (
        "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None).execute('BEGIN IMMEDIATE')"
    )
    result = subprocess.run([sys.executable, "-c", attempt, tmp_path / FILE_NAME], capture_output=True, check=False)
    first.close()
    assert b"database is locked" in result.stderr


async def test_only_what_is_durable_waits_for_the_disk(tmp_path: Path) -> None:
    """A transaction is synced to the disk, but where its loss in a power cut would only mean reading once more."""

    def level(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA synchronous").fetchone()[0])

    database = await Database.open(tmp_path)
    try:
        assert await database.run(level) == 2
        assert await database.run(level, durable=False) == 1
        assert await database.run(level) == 2
    finally:
        await database.close()
