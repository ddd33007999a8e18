"""A state database that is damaged, gone or replaced while it is open: nothing is written past it, and work goes on."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from s1ecs.errors import StateDamaged, StateError
from s1ecs.state.checkpoints import Commit, WalkName
from s1ecs.state.sqlite.checkpoints import SqliteCheckpoints
from s1ecs.state.sqlite.database import FILE_NAME, Database

WALK = WalkName("default", "alert", "live")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open database."""
    opened = await Database.open(tmp_path)
    yield opened
    await opened.close()


async def note(database: Database, name: str) -> None:
    """Write something."""
    await database.run(lambda connection: connection.execute("INSERT INTO about VALUES (?, '')", (name,)))


async def noted(database: Database) -> set[str]:
    """What was written."""
    rows = await database.run(lambda connection: connection.execute("SELECT name FROM about").fetchall())
    return {row[0] for row in rows}


def backup(path: Path, to: Path) -> None:
    """A copy of an open database as one file."""
    with closing(sqlite3.connect(path)) as connection, closing(sqlite3.connect(to)) as other:
        connection.backup(other)


async def test_backup_in_place_of_the_open_file(database: Database, tmp_path: Path) -> None:
    """A backup that is moved into the file's place is what is read and written from then on, and it stays sound."""
    await note(database, "before")
    backup(database.path, tmp_path / "backup")
    await note(database, "after")
    (tmp_path / "backup").rename(database.path)
    assert await noted(database) == {"before"}
    await note(database, "again")
    with closing(sqlite3.connect(database.path)) as connection:
        assert {row[0] for row in connection.execute("SELECT name FROM about")} == {"before", "again"}
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_gone_and_back(database: Database, tmp_path: Path) -> None:
    """While the file is gone nothing is written into the void and no new one is made; once it is back it is used."""
    await note(database, "before")
    database.path.rename(tmp_path / "elsewhere")
    with pytest.raises(StateError, match="restore it"):
        await note(database, "lost")
    assert not database.path.exists()
    (tmp_path / "elsewhere").rename(database.path)
    await note(database, "after")
    assert await noted(database) == {"before", "after"}


async def test_damaged_and_mended(database: Database, tmp_path: Path) -> None:
    """A file that is no database is named as such at each try, until a sound one takes its place."""
    await note(database, "before")
    backup(database.path, tmp_path / "backup")
    (tmp_path / "garbage").write_bytes(b"no database" * 1000)
    shutil.move(tmp_path / "garbage", database.path)
    for _ in range(2):
        with pytest.raises(StateDamaged, match="replace it with a backup"):
            await note(database, "lost")
    (tmp_path / "backup").rename(database.path)
    await note(database, "after")
    assert await noted(database) == {"before", "after"}


async def test_a_walk_does_not_go_on_in_another_state(database: Database, tmp_path: Path) -> None:
    """A walk that began before an older backup took the place commits nothing: what lies between would be lost."""
    checkpoints = SqliteCheckpoints(database, lambda: datetime(2026, 1, 1, tzinfo=UTC))
    await checkpoints.commit(WALK, Commit({"at": 1}))
    backup(database.path, tmp_path / "backup")
    assert (await checkpoints.load(WALK)).position == {"at": 1}
    await checkpoints.commit(WALK, Commit({"at": 2}))
    (tmp_path / "backup").rename(database.path)
    with pytest.raises(StateError, match="reopened in the meantime"):
        await checkpoints.commit(WALK, Commit({"at": 3}))
    assert (await checkpoints.load(WALK)).position == {"at": 1}
    await checkpoints.commit(WALK, Commit({"at": 2}))
    assert (await checkpoints.load(WALK)).position == {"at": 2}
    assert (tmp_path / FILE_NAME).exists()
