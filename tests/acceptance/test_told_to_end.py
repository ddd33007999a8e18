"""SIGTERM ends every command that collects within ten seconds, whatever it is doing, and nothing is lost."""

import json
import os
import re
import signal
import sqlite3
import time
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import Commands, Start
from .patience import PATIENCE, eventually
from .test_collect import stored

if TYPE_CHECKING:
    import subprocess

# Ten seconds are meant; a busy machine may take longer, but what the commands wait for takes 55 seconds or has no end.
AT_MOST = 45.0
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
EARLIEST = NOW - timedelta(days=9)


@dataclass(frozen=True)
class Phase:
    """What a command is doing when it is told to end: the fault that keeps it there, and the page size till then."""

    command: tuple[str, ...]
    fault: Mapping[str, Any]
    page_size: int = 2


BACKFILL = ("backfill", "alert", "--from", EARLIEST.isoformat(), "--to", NOW.isoformat())
PHASES = {
    "a page is late": Phase(("collect", "activity"), {"kind": "silence", "path": "/activities", "from": 3}),
    "a pause that the console asked for": Phase(
        ("collect", "agent"), {"kind": "too_many_requests", "path": "/agents", "from": 2, "retry_after": 55}
    ),
    "waiting before another attempt": Phase(
        ("collect", "group"), {"kind": "server_error", "path": "/groups", "from": 2}, page_size=1
    ),
    "calls per item of a list by time": Phase(
        ("collect", "threat_event"), {"kind": "silence", "path": "/threats", "from": 4}
    ),
    "calls per item of an inventory": Phase(
        ("collect", "application"),
        {"kind": "silence", "path": "/application-management/inventory/endpoints", "from": 4},
    ),
    "an answer that drips": Phase(
        ("collect", "application_risk"),
        {"kind": "slow", "path": "/application-management/risks", "from": 3, "bytes": 50, "seconds": 1},
    ),
    "a window": Phase(
        ("collect", "unified_alert"), {"kind": "silence", "path": "/unifiedalerts/graphql", "from": 3}
    ),
    "a backfill": Phase(BACKFILL, {"kind": "silence", "path": "/cloud-detection/alerts", "from": 3}, page_size=1),
}  # fmt: skip


def asked(url: str, path: str, method: str = "GET", body: Any = None) -> bytes:
    """What the stand-in says."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}{path}", content, method=method)  # noqa: S310 - our own server on loopback
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
        read: bytes = answer.read()
    return read


def held(url: str, stream: str) -> list[Any]:
    """The records that the stand-in has."""
    lines = asked(url, f"/_standin/held?stream={stream}").splitlines()
    return [json.loads(line)["record"] for line in lines]


def documents(commands: Commands) -> dict[str, int]:
    """How many documents of each stream lie in the store."""
    rows = commands.query("SELECT stream, count(*) AS n FROM documents GROUP BY 1")
    return {row["stream"]: row["n"] for row in rows}


def catches_sigterm(pid: int) -> bool:
    """Whether a process got so far that SIGTERM does not just kill it."""
    [mask] = re.findall(r"^SigCgt:\s*(\w+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return bool(int(mask, 16) >> signal.SIGTERM - 1 & 1)


def told_to_end(processes: Mapping[str, "subprocess.Popen[str]"]) -> dict[str, tuple[float, int, str]]:
    """Send SIGTERM to all; how long each took, its exit status, what it said."""
    began = time.monotonic()
    for process in processes.values():
        process.send_signal(signal.SIGTERM)
    ended: dict[str, float] = {}
    while len(ended) < len(processes) and time.monotonic() < began + 2 * AT_MOST:
        for name, process in processes.items():
            if name not in ended and process.poll() is not None:
                ended[name] = time.monotonic() - began
        time.sleep(0.02)
    for process in processes.values():
        process.kill()
    said = {name: process.communicate()[1] for name, process in processes.items()}
    return {name: (ended.get(name, 99.0), process.returncode, said[name]) for name, process in processes.items()}


def test_in_every_phase(start_standin: Start, tmp_path: Path) -> None:
    """Whatever a command waits for, it ends in time; the next start brings exactly what the console holds."""
    url = start_standin("--agents", "5", "--now", NOW.isoformat())
    asked(url, "/_standin/faults", "POST", [phase.fault for phase in PHASES.values()])
    found = {name: Commands(tmp_path / str(number), url) for number, name in enumerate([*PHASES, "run"])}
    running = {}
    for number, (name, commands) in enumerate(found.items()):
        commands.folder.mkdir()
        # A token each, as the stand-in's rate limits are the token's.
        commands.environment |= {"S1ECS_TOKEN": f"a-token-for-tests-{number}", "S1ECS_INITIAL_INTERVAL": "3000d"}
        del commands.environment["S1ECS_ATTEMPTS"]
        phase = PHASES.get(name)
        arguments = phase.command if phase else ("run",)
        running[name] = commands.start(*arguments, S1ECS_PAGE_SIZE=str(phase.page_size if phase else 2))
    eventually(lambda: all(rule["struck"] for rule in json.loads(asked(url, "/_standin/faults"))["rules"]))
    time.sleep(1)

    ended = told_to_end(running)

    assert {name: (seconds, said) for name, (seconds, _, said) in ended.items() if seconds > AT_MOST} == {}
    assert {name: status for name, (_, status, _) in ended.items()} == {**dict.fromkeys(PHASES, 1), "run": 0}
    assert {name: said for name, (_, _, said) in ended.items() if "Traceback" in said} == {}
    asked(url, "/_standin/faults", "DELETE")
    again = {
        name: commands.start(*(PHASES[name].command if name in PHASES else ("collect",)))
        for name, commands in found.items()
    }
    for process in again.values():
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors
    alerts = [record["alertInfo"]["createdAt"] for record in held(url, "alert")]
    expected = {
        phase.command[1]: len(held(url, phase.command[1])) for phase in PHASES.values() if phase.command[0] == "collect"
    }
    recent = [time for time in alerts if EARLIEST <= datetime.fromisoformat(time) <= NOW]
    assert len(recent) > 3
    for name, phase in PHASES.items():
        count = len(recent) if phase.command == BACKFILL else expected[phase.command[1]]
        assert documents(found[name]) == {phase.command[1]: count}, name
    everything = documents(found["run"])
    assert {**expected, "alert": len(alerts)}.items() <= everything.items()


def test_while_another_process_holds_the_state(commands: Commands) -> None:
    """A lock that another program keeps on the state database keeps no process alive, at its start or later."""
    collecting = commands.start("collect", "alert", S1ECS_PAGE_SIZE="10")
    eventually(lambda: (commands.state / "s1ecs.db").exists() and stored(commands) > 0)
    with closing(sqlite3.connect(commands.state / "s1ecs.db", isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        starting = commands.start("collect", "group")
        eventually(lambda: catches_sigterm(starting.pid))
        time.sleep(1)
        for seconds, status, said in told_to_end({"collecting": collecting, "starting": starting}).values():
            assert (status, seconds < AT_MOST) == (1, True), said
            assert "Traceback" not in said


@pytest.mark.parametrize(("command", "status"), [("collect", 1), ("run", 0)])
def test_before_anything_has_begun(alone: Commands, command: str, status: int) -> None:
    """A command that is told to end while it still reads its settings ends by itself, with the status of its end."""
    settings = alone.folder / "settings.yaml"
    os.mkfifo(settings)
    # The other end can be opened once the command has opened its own, where it waits for what never comes.
    with alone.running("--config", str(settings), command) as process, settings.open("wb"):
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (status, "")
