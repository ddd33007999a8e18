"""The state database's upkeep, on real files."""

import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from s1ecs.errors import StateDamaged, StateError, UsageError
from s1ecs.state.sqlite.database import FILE_NAME, connect
from s1ecs.state.sqlite.maintenance import back_up, compact, findings, size_on_disk


def filled(path: Path, documents: int = 500) -> None:
    """A database with some documents of a kilobyte."""
    with closing(connect(path)) as connection:
        connection.executemany(
            "INSERT INTO documents VALUES (?, 'alert', 'default', '2026-01-01T00:00:00.000Z', ?)",
            [(str(number), "x" * 1000) for number in range(documents)],
        )


def count(path: Path) -> int:
    """How many documents lie in a database."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])


def damage(path: Path) -> None:
    """Overwrite some pages in the middle of the file."""
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 20_000)


def test_compacting_gives_room_back(tmp_path: Path) -> None:
    """A compacted file has no room that is free, and its content is the same."""
    path = tmp_path / FILE_NAME
    filled(path)
    with closing(connect(path)) as connection:
        connection.execute("DELETE FROM documents WHERE CAST(id AS INTEGER) >= 50")
    before = size_on_disk(path)
    compact(path)
    assert size_on_disk(path) < before / 3
    assert count(path) == 50


def test_compacting_an_older_database_lets_it_give_back(tmp_path: Path) -> None:
    """A database without incremental vacuum has it from then on."""
    path = tmp_path / FILE_NAME
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE old (x)")
    for expected in (0, 2):
        with closing(connect(path)) as connection:
            assert connection.execute("PRAGMA auto_vacuum").fetchone() == (expected,)
        compact(path)


def test_a_sound_database(tmp_path: Path) -> None:
    """Nothing is found wrong in what s1ecs wrote."""
    filled(tmp_path / FILE_NAME)
    assert findings(tmp_path / FILE_NAME) == []


def test_a_damaged_page_is_found(tmp_path: Path) -> None:
    """Bytes that were overwritten in the middle of the file are found."""
    path = tmp_path / FILE_NAME
    filled(path)
    damage(path)
    try:
        found = findings(path)
    except StateDamaged as error:
        found = [str(error)]
    assert found


def test_a_backup_is_whole_and_private(tmp_path: Path) -> None:
    """A copy made while another connection has written and not yet checkpointed holds all that was committed."""
    path, target = tmp_path / FILE_NAME, tmp_path / "copy.db"
    filled(path)
    with closing(connect(path)) as connection:
        connection.execute("INSERT INTO documents VALUES ('one more', 'alert', 'default', NULL, '{}')")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO documents VALUES ('not committed', 'alert', 'default', NULL, '{}')")
        back_up(path, target)
    assert sorted(each.name for each in tmp_path.iterdir() if not each.name.startswith(FILE_NAME)) == ["copy.db"]
    assert count(target) == 501
    assert findings(target) == []
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("link", [False, True])
def test_a_backup_overwrites_nothing(tmp_path: Path, *, link: bool) -> None:
    """A file that is there stays as it is, and so does what a link points at, even to nowhere."""
    path, target = tmp_path / FILE_NAME, tmp_path / "copy.db"
    filled(path)
    if link:
        target.symlink_to(tmp_path / "nowhere")
    else:
        target.write_text("precious")
    with pytest.raises(UsageError, match="nothing is overwritten"):
        back_up(path, target)
    assert link or target.read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()


def test_a_backup_into_no_folder(tmp_path: Path) -> None:
    """A folder that is not there is wrong use."""
    filled(tmp_path / FILE_NAME)
    with pytest.raises(UsageError, match="missing: no such directory"):
        back_up(tmp_path / FILE_NAME, tmp_path / "missing" / "copy.db")


def test_no_backup_of_what_is_damaged(tmp_path: Path) -> None:
    """Of a database with damaged pages no copy is made and nothing is left; the text names the database."""
    path, folder = tmp_path / FILE_NAME, tmp_path / "copies"
    folder.mkdir()
    filled(path)
    damage(path)
    with pytest.raises(StateDamaged, match=f"^{path}: "):
        back_up(path, folder / "copy.db")
    assert not list(folder.iterdir())


def test_a_large_backup_is_one_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy made in many pieces holds what was there when it began, though others write between them."""
    monkeypatch.setattr("s1ecs.state.sqlite.maintenance._PAGES_AT_ONCE", 1)
    path, target = tmp_path / FILE_NAME, tmp_path / "copy.db"
    filled(path)
    done = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        with closing(connect(path)) as connection:
            while not done.is_set():
                connection.execute("DELETE FROM documents WHERE id = ?", (str(written % 500),))
                written += 1

    with ThreadPoolExecutor(1) as writer:
        writing = writer.submit(write)
        while not written:
            time.sleep(0.001)
        before = written
        back_up(path, target)
        after = written
        done.set()
        writing.result()
    assert after > before
    assert 500 - after <= count(target) <= 500 - before + 1
    assert findings(target) == []


def test_upkeep_needs_a_store(tmp_path: Path) -> None:
    """Where nothing was collected nothing is made."""
    for work in (compact, findings):
        with pytest.raises(StateError, match="collect first"):
            work(tmp_path / FILE_NAME)
    with pytest.raises(StateError, match="collect first"):
        back_up(tmp_path / FILE_NAME, tmp_path / "copy.db")
    assert not list(tmp_path.iterdir())


KILLED = """
import sys, time
from pathlib import Path
from s1ecs.state.sqlite import maintenance

def look_through(*_):
    print("copied", flush=True)
    time.sleep(600)

maintenance._look_through = look_through
maintenance.back_up(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("start", ["backup", "collect"])
def test_a_killed_backup_leaves_its_copy_until_the_next_start(tmp_path: Path, start: str) -> None:
    """The hidden copy of a backup that is killed goes when the state is opened or backed up anew, not before."""
    path, folder = tmp_path / FILE_NAME, tmp_path / "backups"
    filled(path)
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path), str(folder / "copy.db")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "copied\n"
        back_up(path, folder / "beside.db")
        assert len(list(folder.glob(".copy.db.*"))) == 1
    finally:
        process.kill()
        process.communicate()
    assert len(list(folder.glob(".copy.db.*"))) == 1
    if start == "backup":
        back_up(path, tmp_path / "again.db")
    else:
        connect(path).close()
    assert [each.name for each in folder.iterdir()] == ["beside.db"]
