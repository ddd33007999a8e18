"""Disks that are full, read-only or damaged, real ones: `run` says so once, goes on trying, and resumes by itself."""

import os
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from .conftest import ALERTS, S1ECS, Commands
from .patience import PATIENCE
from .test_collect import stored
from .test_told_to_end import told_to_end
from .test_trouble import assert_one_line

QUICK = {"S1ECS_STREAMS": "alert", "S1ECS_INTERVAL": "500ms", "S1ECS_PAGE_SIZE": "200"}


class Running:
    """A `run` whose log is read while it is at work."""

    def __init__(self, commands: Commands) -> None:
        self.commands = commands
        self.log = commands.folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [S1ECS, "run"],
                cwd=commands.folder,
                env=commands.environment | QUICK,
                stderr=log,
                stdout=subprocess.DEVNULL,
                text=True,
            )

    def says(self, text: str) -> int:
        """How many lines hold the text."""
        return sum(text in line for line in self.log.read_text().splitlines())

    def wait_for(self, what: Callable[[], bool]) -> None:
        """Wait until it is so, with the process alive."""
        deadline = time.monotonic() + PATIENCE
        while not what():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def end(self) -> None:
        """Tell it to end; it does."""
        [(_, status, _)] = told_to_end({"run": self.process}).values()
        assert status == 0, self.log.read_text()


@contextmanager
def running(commands: Commands) -> Iterator[Running]:
    """A `run` that surely ends with the test."""
    started = Running(commands)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a file system of one's own needs root and mount")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False).returncode != 0:
        pytest.skip("this system does not let tests mount a file system")
    yield folder
    subprocess.run(["umount", folder], check=True)


def remount(disk: Path, options: str) -> None:
    """Change the file system while it is in use."""
    subprocess.run(["mount", "-o", f"remount,{options}", disk], check=True)


def test_full_disk(commands: Commands, disk: Path) -> None:
    """With the disk full `run` says it once, `status` sees trouble; with room again all arrives, once."""
    commands.environment["S1ECS_STATE_DIR"] = str(disk)
    with running(commands) as run:
        run.wait_for(lambda: run.says("no space left") > 0)
        time.sleep(2)
        assert run.says("no space left") == 1, run.log.read_text()
        remount(disk, "size=200m")
        run.wait_for(lambda: stored(commands) == ALERTS)
        run.wait_for(lambda: run.says("up to date") > 0)
        run.end()
    assert commands.count() == ALERTS


def test_read_only_disk(commands: Commands, disk: Path) -> None:
    """On a disk that is read-only from the start every command ends with one line; once it is not, all arrives."""
    commands.environment["S1ECS_STATE_DIR"] = str(disk)
    remount(disk, "ro")
    assert_one_line(commands.run("collect", "alert"), 1, str(disk), "its file system is read-only")
    assert_one_line(commands.run("run", **QUICK), 1, str(disk), "its file system is read-only")
    remount(disk, "rw,size=200m")
    commands.ok("collect", "alert")
    assert commands.count() == ALERTS


def test_disk_that_refuses_writes_for_a_while(commands: Commands) -> None:
    """Writes that the system refuses under a running process are said once, and it goes on when they are possible."""
    commands.environment |= QUICK
    with running(commands) as run:
        run.wait_for(lambda: stored(commands) > 0)
        unlimited = resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        run.wait_for(lambda: run.says("nothing that was committed is lost") > 0)
        before = run.says("nothing that was committed is lost")
        time.sleep(2)
        assert run.says("nothing that was committed is lost") == before == 1, run.log.read_text()
        resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, unlimited)
        run.wait_for(lambda: stored(commands) == ALERTS)
        run.end()


def test_damaged_store_and_a_backup_in_its_place(commands: Commands, tmp_path: Path) -> None:
    """A damaged store is said once; a backup in its place is filled up again, nothing lost, nothing doubled."""
    state = commands.state / "s1ecs.db"
    with running(commands) as run:
        run.wait_for(lambda: stored(commands) > 400)
        with closing(sqlite3.connect(state)) as connection, closing(sqlite3.connect(tmp_path / "backup")) as backup:
            connection.backup(backup)
        run.wait_for(lambda: stored(commands) == ALERTS)
        (tmp_path / "garbage").write_bytes(b"no database" * 1000)
        (tmp_path / "garbage").rename(state)
        run.wait_for(lambda: run.says("not a valid SQLite database") > 0)
        time.sleep(2)
        assert run.says(f"[error] default alert: {state}") == 1, run.log.read_text()
        damaged = commands.run("status", S1ECS_STREAMS="alert")
        assert (damaged.returncode, "not a valid SQLite database" in damaged.stdout) == (2, True)
        (tmp_path / "backup").rename(state)
        run.wait_for(lambda: stored(commands) == ALERTS)
        run.end()
    [row] = commands.query("SELECT count(*) AS n, count(DISTINCT alert_id) AS ids FROM alert")
    assert row == {"n": ALERTS, "ids": ALERTS}


def test_state_that_many_streams_share(commands: Commands, disk: Path) -> None:
    """Nine streams that find the disk full say it in one line."""
    commands.environment["S1ECS_STATE_DIR"] = str(disk)
    result = commands.run("collect", S1ECS_INITIAL_INTERVAL="3000d")
    assert result.returncode == 1
    assert sum("no space left" in line for line in result.stderr.splitlines()) == 1, result.stderr
