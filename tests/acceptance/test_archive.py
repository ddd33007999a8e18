"""The archive with real processes: days leave the store, are never missed, and a full disk loses none."""

import json
import signal
from pathlib import Path

import pytest
from pyarrow import parquet

from .conftest import ALERTS, Commands
from .patience import eventually
from .test_disk import disk, remount

__all__ = ["disk"]  # a fixture

DAY = ("--from", "2026-01-31", "--to", "2026-02-01")


def archived(folder: Path) -> int:
    """Count the documents in the files of an archive."""
    return sum(parquet.ParquetFile(path).metadata.num_rows for path in folder.rglob("*.parquet"))


def test_days_leave_the_store_and_are_not_missed(commands: Commands) -> None:
    """`run` archives; what left the store is neither missing nor delivered again."""
    folder = commands.folder / "archive"
    commands.environment["S1ECS_OUTPUTS"] = f"[{{type: store, archive: {folder}, after: 30d}}]"
    before = commands.ok("collect", "alert", S1ECS_OUTPUTS="store")
    assert commands.count() == ALERTS
    running = commands.start("run", S1ECS_STREAMS="alert", S1ECS_INTERVAL="1h")
    eventually(lambda: commands.count() == 0)
    running.send_signal(signal.SIGTERM)
    _, errors = running.communicate(timeout=15)
    assert running.returncode == 0, errors
    assert archived(folder) == ALERTS
    assert commands.ok("query", "--archive", "--csv", "SELECT count(*) AS n FROM alert").split() == ["n", str(ALERTS)]
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert "stream=alert/console=default/day=2026-01-31.parquet" in files
    [day] = [row for row in json.loads(commands.ok("reconcile", "alert", "--json", *DAY)) if row["read"]]
    assert day["outputs"]["store"]["held"] == day["read"]
    commands.ok("backfill", "alert", *DAY)
    assert (commands.count(), before) == (0, "")
    assert json.loads(commands.ok("store", "--json"))["archived"] == ALERTS


def test_a_full_disk_under_the_archive(commands: Commands, disk: Path) -> None:
    """With no room for a file one line says so and all documents stay; with room they are archived."""
    remount(disk, "size=64k")
    commands.environment["S1ECS_OUTPUTS"] = f"[{{type: store, archive: {disk}}}]"
    told = commands.run("collect", "alert")
    assert told.returncode == 0
    [line] = [line for line in told.stderr.splitlines() if "archive" in line]
    assert "[warning] the store was not archived: " in line
    assert "No space left on device" in line
    assert commands.count() + archived(disk) == ALERTS
    remount(disk, "size=100m")
    commands.ok("collect", "alert")
    assert (commands.count(), archived(disk)) == (0, ALERTS)


@pytest.mark.parametrize("age", ["keep_days: 10", "keep_size: 1GB"])
def test_limits_against_the_archive(alone: Commands, age: str) -> None:
    """Settings that would remove documents before they are archived are refused before anything is done."""
    result = alone.run("settings", S1ECS_OUTPUTS=f"[{{type: store, archive: a, {age}}}]")
    assert result.returncode == 2
    assert "before they are archived" in result.stderr
