"""Trouble of one stream, and an interruption: told, with exit status 1, and never at the cost of other streams."""

import json
import signal
import socket
import time
from pathlib import Path

import pytest

from .conftest import Commands, Start
from .patience import PATIENCE

PERIOD = ("--from", "2026-01-30", "--to", "2026-01-31T12:00:00Z")


def taken(commands: Commands, walk: str) -> None:
    """Put a folder where the lock of a walk of the activities would be."""
    (commands.state / "locks" / f"default+activity+{walk}.lock").mkdir(parents=True)


@pytest.fixture
def console(start_standin: Start) -> str:
    """A small console."""
    return start_standin("--agents", "8", "--now", "2026-01-31T12:00:00Z")


def test_backfill_of_the_others_goes_on(tmp_path: Path, console: str) -> None:
    """A state error of one stream ends its backfill alone."""
    commands = Commands(tmp_path, console)
    taken(commands, "backfill%202026-01-30T00%3A00%3A00Z%20to%202026-01-31T12%3A00%3A00Z")
    result = commands.run("backfill", "activity", "alert", *PERIOD)
    assert result.returncode == 1
    assert "default activity" in result.stderr
    assert "default alert backfill 2026-01-30T00:00:00Z to 2026-01-31T12:00:00Z: complete" in result.stderr
    assert commands.count() > 0


def test_repair_of_the_others_goes_on(tmp_path: Path, console: str) -> None:
    """A state error of one stream is its finding; the other stream is repaired whole."""
    commands = Commands(tmp_path, console)
    taken(commands, "repair")
    result = commands.run("reconcile", "activity", "alert", *PERIOD, "--repair", "--json")
    assert result.returncode == 1
    found = json.loads(result.stdout)
    assert [row["stream"] for row in found if row["error"]] == ["activity"]
    assert sum(row["outputs"]["store"]["repaired"] for row in found if row["stream"] == "alert") == commands.count() > 0


@pytest.mark.parametrize("form", ["table", "json"])
def test_interrupted_reconcile_does_not_look_complete(tmp_path: Path, form: str) -> None:
    """Told to end in the midst of a day it marks that day, says that it ended before all was looked at, status 1."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        commands = Commands(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}")
        arguments = ["--json"] if form == "json" else []
        with commands.start("reconcile", "alert", *PERIOD, *arguments) as process:
            silent.settimeout(PATIENCE)
            asked, _ = silent.accept()
            time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=PATIENCE)
            asked.close()
    assert process.returncode == 1
    assert "days without a row were not compared" in errors
    if form == "json":
        [row] = json.loads(output)
        assert (row["stream"], row["day"], row["stopped"]) == ("alert", "2026-01-30", True)
    else:
        [row] = [line for line in output.splitlines() if "2026-01-30" in line]
        assert row.endswith("?")
        assert "days without a row were not compared" in output
