"""The audit trail of response actions across processes that are killed and outputs that are down."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from .conftest import Commands
from .patience import PATIENCE

# A process that acts: what it writes down around an action of which nothing is sent here, killed where it is told to.
_ACTING = """
import asyncio, os, signal, sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from s1ecs.respond.audit.journal import Entry, Target
from s1ecs.respond.audit.open_journal import open_audit
from s1ecs.settings import load
from s1ecs.streams import STREAMS

async def act(identity, killed):
    settings = load(
        file=None, environment=os.environ, flags={}, streams=tuple(STREAMS), working_folder=Path.cwd(), ignored=()
    )
    now = datetime.now(UTC)
    target = Target("agent", "1", "pc", "pc", "1")
    entry = Entry(identity, "default", "isolate", now, "analyst", "desk", "", (target,), ())
    async with open_audit(settings, tell=lambda text: print(text, file=sys.stderr)) as journal:
        await journal.request(entry)
        if killed == "before sending":
            os.kill(os.getpid(), signal.SIGKILL)
        await journal.progress(identity, details={"affected": 1}, follow={})
        if killed == "before its end":
            os.kill(os.getpid(), signal.SIGKILL)
        await journal.finish(identity, status="done", reason="", finished=now, details={"affected": 1}, follow={})
        if killed == "before delivery":
            os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(act(sys.argv[1], sys.argv[2]))
"""
_OUTPUTS = "[{type: store}, {type: files, path: out}]"
_STORED = "SELECT action_id, state, status, id FROM response_action ORDER BY 1, 2 DESC"


@pytest.fixture
def acting(commands: Commands) -> Commands:
    """Commands whose documents go to the store and to files."""
    commands.environment |= {"S1ECS_OUTPUTS": _OUTPUTS, "S1ECS_STREAMS": "group", "S1ECS_INTERVAL": "1s"}
    return commands


def _act(commands: Commands, identity: str, killed: str = "never") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", _ACTING, identity, killed],
        cwd=commands.folder,
        env=commands.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def _written(folder: Path) -> list[dict[str, Any]]:
    """What lies in all files of the stream, whichever process wrote them."""
    return [json.loads(line) for path in folder.glob("response_action-*") for line in path.read_bytes().splitlines()]


def test_killed_anywhere_an_action_is_told_once(acting: Commands) -> None:
    """A kill before sending, before the end and before delivery: what was known then reaches every output once."""
    for killed in ("before sending", "before its end", "before delivery"):
        assert _act(acting, killed, killed).returncode == -signal.SIGKILL
    for _ in range(2):
        acting.ok("collect", "group")
    rows = [tuple(row.values()) for row in acting.query(_STORED)]
    assert [row[:3] for row in rows] == [
        ("before delivery", "requested", "pending"),
        ("before delivery", "finished", "done"),
        ("before its end", "requested", "pending"),
        ("before sending", "requested", "pending"),
    ]
    assert Counter(each["_id"] for each in _written(acting.folder / "out")) == Counter(row[3] for row in rows)


def test_an_output_that_was_down_gets_both_documents_once_from_run(acting: Commands) -> None:
    """The action ends as if nothing were; the store has its documents at once, the files when `run` can write them."""
    (acting.folder / "out").write_text("a file where the folder belongs")
    result = _act(acting, "down")
    assert result.returncode == 0, result.stderr
    assert "its path is or contains a regular file" in result.stderr
    assert [row["state"] for row in acting.query(_STORED)] == ["requested", "finished"]
    (acting.folder / "out").unlink()
    running = acting.start("run")
    try:
        deadline = time.monotonic() + PATIENCE
        while len(_written(acting.folder / "out")) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        # An action beside it delivers by itself, or leaves it to `run`: never both.
        assert _act(acting, "beside").returncode == 0
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=PATIENCE)
    acting.ok("collect", "group")
    stored = [row["id"] for row in acting.query(_STORED)]
    assert len(stored) == 4
    assert Counter(each["_id"] for each in _written(acting.folder / "out")) == Counter(stored)


def test_rows_outlive_the_documents(acting: Commands) -> None:
    """What retention takes out of the store is the documents; the row of an action stays, and is small."""
    assert _act(acting, "kept").returncode == 0
    acting.environment["S1ECS_OUTPUTS"] = "[{type: store, keep_size: 1B}]"
    acting.ok("collect", "group")
    assert acting.query(_STORED) == []
    [row] = acting.query("SELECT id, status, length(about) + length(follow) AS bytes FROM actions")
    assert (row["id"], row["status"]) == ("kept", "done")
    assert row["bytes"] < 1000
