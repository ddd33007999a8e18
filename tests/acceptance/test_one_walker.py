"""One walker a checkpoint: two real processes and one state folder."""

import os
import platform
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from .conftest import ALERTS, Commands, Start
from .patience import PATIENCE, eventually

if TYPE_CHECKING:
    import subprocess


def held(commands: Commands, process: "subprocess.Popen[str]", streams: int = 1) -> bool:
    """Whether a process holds the live walks of so many streams."""
    notes = [path.read_text() for path in (commands.state / "locks").glob("*+live.lock")]
    return sum(f"process {process.pid} on" in note for note in notes) == streams


def test_collect_beside_run(commands: Commands) -> None:
    """While `run` goes on, `collect` is refused in one line with its process id and host; who only reads is not."""
    running = commands.start("run", S1ECS_STREAMS="alert", S1ECS_INTERVAL="1h")
    eventually(lambda: held(commands, running))
    result = commands.run("collect", "alert")
    assert result.returncode == 1
    [line] = result.stderr.splitlines()
    assert f"default alert: already collected by process {running.pid} on host {platform.node()}; stop it" in line
    assert commands.ok("streams")
    assert commands.ok("store", "--check")
    running.send_signal(signal.SIGTERM)
    _, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, errors
    commands.ok("collect", "alert")
    assert commands.count() == ALERTS


def test_a_killed_run_holds_nothing(commands: Commands) -> None:
    """After SIGKILL the next process collects at once, and what the first one began arrives whole."""
    running = commands.start("run", S1ECS_STREAMS="alert", S1ECS_PAGE_SIZE="100")
    eventually(lambda: held(commands, running))
    running.kill()
    running.communicate()
    commands.ok("collect", "alert")
    assert commands.count() == ALERTS


def test_run_goes_on_with_what_is_free(commands: Commands, start_standin: Start) -> None:
    """A second `run` follows the other streams, says which one is taken, and has it when its holder was killed."""
    commands.environment["S1ECS_URL"] = start_standin("--agents", "20", "--alerts", "40")
    interval = {"S1ECS_INTERVAL": "300ms"}
    first = commands.start("run", S1ECS_STREAMS="alert", **interval)
    eventually(lambda: held(commands, first))
    second = commands.start("run", S1ECS_STREAMS="alert,threat", S1ECS_LOG_LEVEL="debug", **interval)
    eventually(lambda: commands.query("SELECT count(*) AS n FROM threat") != [{"n": 0}])
    assert held(commands, first)
    first.kill()
    first.communicate()
    eventually(lambda: held(commands, second, streams=2))
    second.send_signal(signal.SIGINT)
    _, errors = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0
    before, free, after = errors.partition("default alert: released by the other process")
    assert free, errors
    assert before.count(f"default alert: already collected by process {first.pid} on host") == 1
    assert "retried at each interval" in before
    assert "default threat: up to date" in before
    assert "default alert: up to date" not in before
    assert "default alert: " in after


def test_backfill_beside_run_and_beside_itself(commands: Commands) -> None:
    """A backfill works beside `run`; the same backfill a second time at once does not."""
    running = commands.start("run", S1ECS_STREAMS="alert", S1ECS_INTERVAL="1h")
    eventually(lambda: held(commands, running))
    arguments = ("backfill", "alert", "--from", "2026-01-27", "--to", "2026-01-31")
    first = commands.start(*arguments, S1ECS_PAGE_SIZE="1")
    eventually(lambda: bool(list((commands.state / "locks").glob("*backfill*"))))
    os.kill(first.pid, signal.SIGSTOP)
    second = commands.run(*arguments)
    os.kill(first.pid, signal.SIGCONT)
    first.kill()
    first.communicate()
    assert second.returncode == 1
    assert f"already collected by process {first.pid} on host" in second.stderr
    commands.ok(*arguments)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=PATIENCE)
    assert running.returncode == 0


def test_state_files_are_private(commands: Commands) -> None:
    """While a process collects under an open umask, every file in its state folder is 0600 and every folder 0700."""
    before = os.umask(0)
    try:
        running = commands.start("run", S1ECS_STREAMS="alert", S1ECS_INTERVAL="1h")
        eventually(lambda: held(commands, running))
        eventually((commands.state / "s1ecs.db-wal").exists)
        modes = {path.relative_to(commands.folder): path.stat().st_mode & 0o777 for path in everything(commands.state)}
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=PATIENCE)
    finally:
        os.umask(before)
    assert len(modes) >= 6
    expected = {path: 0o700 if (commands.folder / path).is_dir() else 0o600 for path in modes}
    assert modes == expected


def everything(folder: Path) -> list[Path]:
    """A folder and all in it."""
    return [folder, *folder.rglob("*")]
