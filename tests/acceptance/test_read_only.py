"""Folders that turn read-only under a running process: said once, nothing lost or doubled, resumed afterwards."""

import json
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from .conftest import ALERTS, Commands
from .test_collect import stored
from .test_disk import running


def must(*command: str | Path) -> None:
    """Run a system command."""
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """The image of an ext4 file system that the system makes read-only at an error, and its folder."""
    image, folder = tmp_path / "image", tmp_path / "volume"
    folder.mkdir()
    if os.geteuid() != 0 or any(shutil.which(name) is None for name in ("mount", "mkfs.ext4", "fsck.ext4")):
        pytest.skip("a file system of one's own needs root, mount and the tools of ext4")
    with image.open("wb") as file:
        file.truncate(160_000_000)
    must("mkfs.ext4", "-q", "-F", image)
    if subprocess.run(["mount", "-o", "loop,errors=remount-ro", image, folder], check=False).returncode != 0:
        pytest.skip("this system does not let tests mount a file system")
    yield image, folder
    subprocess.run(["umount", folder], check=False)


def turn_read_only(folder: Path) -> None:
    """Tell the file system that it has an error; the system makes it read-only then, open files or not."""
    [device] = [line.split()[0] for line in Path("/proc/mounts").read_text().splitlines() if f" {folder} " in line]
    trigger = Path("/sys/fs/ext4") / Path(device).name / "trigger_fs_error"
    if not trigger.exists():
        pytest.skip("this system can't be told that a file system has an error")
    trigger.write_text("1")


@contextmanager
def read_only(folder: Path, elsewhere: Path) -> Iterator[None]:
    """A folder that nobody can write into meanwhile, from one moment to the next, though files in it are in use."""
    elsewhere.mkdir()
    with ExitStack() as stack:
        # What is in use can't be made read-only. Another view of it, which nobody uses, can, and is put over it then;
        # files that were open before hold up no lazy unmounting.
        must("mount", "--bind", folder, elsewhere)
        stack.callback(must, "umount", "--lazy", elsewhere)
        must("mount", "-o", "remount,bind,ro", elsewhere)
        must("mount", "--bind", elsewhere, folder)
        stack.callback(must, "umount", "--lazy", folder)
        yield


def test_the_state_turns_read_only(commands: Commands, volume: tuple[Path, Path]) -> None:
    """A disk that the system makes read-only is said once; mended and mounted again, all arrives once."""
    image, folder = volume
    state = folder / "state"
    commands.environment["S1ECS_STATE_DIR"] = str(state)
    with running(commands) as run:
        run.wait_for(lambda: stored(commands) > 400)
        turn_read_only(folder)
        run.wait_for(lambda: run.says("its file system is read-only") > 0)
        time.sleep(2)
        assert run.says("[error]") == 1, run.log.read_text()
        run.end()
    must("umount", folder)
    assert subprocess.run(["fsck.ext4", "-y", image], capture_output=True, check=False).returncode in {0, 1}
    must("mount", "-o", "loop", image, folder)
    commands.ok("collect", "alert")
    [row] = commands.query("SELECT count(*) AS n, count(DISTINCT alert_id) AS ids FROM alert")
    assert row == {"n": ALERTS, "ids": ALERTS}


def test_the_files_turn_read_only(commands: Commands, tmp_path: Path) -> None:
    """A files output in a folder that is read-only for a while is said once; then each document comes once."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a read-only folder needs root and mount")
    folder = tmp_path / "files"
    commands.environment["S1ECS_OUTPUTS"] = json.dumps([{"type": "store"}, {"type": "files", "path": str(folder)}])
    with running(commands) as run:
        run.wait_for(lambda: stored(commands) > 400)
        with read_only(folder, tmp_path / "elsewhere"):
            run.wait_for(lambda: run.says("its file system is read-only") > 0)
            time.sleep(2)
            assert run.says("[error]") == 1, run.log.read_text()
            told = commands.run("status", "--json", S1ECS_STREAMS="alert")
            assert "its file system is read-only" in told.stdout
        run.wait_for(lambda: stored(commands) == ALERTS)
        run.wait_for(lambda: run.says("up to date") > 0)
        run.end()
    lines = [line for path in folder.glob("alert-*") for line in path.read_text().splitlines()]
    counted = Counter(json.loads(line)["_id"] for line in lines)
    assert (len(counted), set(counted.values())) == (ALERTS, {1})
