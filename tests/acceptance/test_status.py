"""`s1ecs status` and the metrics of a real `run`."""

import json
import signal
import socket
import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .conftest import Commands, Start
from .patience import PATIENCE

CALM = {"S1ECS_STREAMS": "group,alert"}


def status(commands: Commands) -> tuple[int, dict[str, Any]]:
    """The exit status, and the lines by what they are about."""
    result = commands.run("status", "--json", **CALM)
    assert result.stderr == ""
    return result.returncode, {line["about"]: line for line in json.loads(result.stdout)}


def test_life_of_a_run(start_standin: Start, alone: Commands, port: int) -> None:
    """Metrics and status of a run that is at work, that was told to end, and that died."""
    url = start_standin("--agents", "5")
    alone.environment |= {"S1ECS_URL": url, "S1ECS_TOKEN": "a-token-for-tests"}
    before, lines = status(alone)
    assert (before, lines["default alert"]["text"]) == (1, "never polled")

    process = alone.start("run", S1ECS_METRICS_PORT=str(port), **CALM)
    deadline = time.monotonic() + PATIENCE
    during: tuple[int, dict[str, Any]] = (2, {})
    while during[0] or "default token" not in during[1] or during[1]["default group"]["age_seconds"] is None:
        assert time.monotonic() < deadline, during
        during = status(alone)
    assert f"process {process.pid} on " in during[1]["collector"]["text"]
    assert 29 < during[1]["default token"]["token_days_left"] < 31
    assert during[1]["default group"]["age_seconds"] < 30
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        metrics = answer.read().decode()
    assert 's1ecs_records_total{console="default",stream="group"} 5.0\n' in metrics
    assert 's1ecs_requests_total{console="default",path="/groups",status="200"} 1.0\n' in metrics
    assert "a-token-for-tests" not in metrics
    for path in ("healthz", "readyz"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}") as answer:
            assert (answer.status, answer.read().decode().split(":")[0]) == (200, "ok")

    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=PATIENCE)
    assert f"metrics at http://127.0.0.1:{port}/metrics" in log
    ended, lines = status(alone)
    assert (ended, "was stopped" in lines["collector"]["text"]) == (0, True)

    process = alone.start("run", **CALM)
    deadline = time.monotonic() + PATIENCE
    while f"process {process.pid} " not in status(alone)[1]["collector"]["text"]:
        assert time.monotonic() < deadline
    process.kill()
    process.communicate()
    dead, lines = status(alone)
    assert (dead, "its process ended without being stopped" in lines["collector"]["text"]) == (2, True)
    # Three minutes later.
    earlier = (datetime.now(UTC) - timedelta(minutes=3)).isoformat()
    with closing(sqlite3.connect(alone.state / "s1ecs.db")) as connection, connection:
        connection.execute("UPDATE runs SET beat = ?", (earlier,))
        connection.execute("UPDATE progress SET good = ?, moved = ?", (earlier, earlier))
    dead, lines = status(alone)
    assert (dead, "has not reported for" in lines["collector"]["text"]) == (2, True)


def test_for_people(commands: Commands) -> None:
    """The first line is for the monitor, the table below for whoever looks closer."""
    commands.ok("collect", "group")
    result = commands.run("status", S1ECS_STREAMS="group")
    first, *table = result.stdout.splitlines()
    assert (result.returncode, first) == (0, "s1ecs ok: 1 stream on schedule")
    assert [line.split()[:3] for line in table[1:]] == [["ok", "collector", "`s1ecs"], ["ok", "default", "group"]]


def test_health_of_a_critical_run(start_standin: Start, alone: Commands, port: int) -> None:
    """Where `status` is critical, /healthz and /readyz answer 503 with its first line, and /metrics as ever."""
    alone.environment |= {"S1ECS_URL": start_standin("--agents", "5"), "S1ECS_TOKEN": "expiring-now"}
    process = alone.start("run", S1ECS_METRICS_PORT=str(port), **CALM)
    deadline = time.monotonic() + PATIENCE
    while status(alone)[0] != 2:
        assert time.monotonic() < deadline, status(alone)
        time.sleep(0.2)
    for path in ("healthz", "readyz"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}")
        with refused.value as answer:
            assert (answer.code, "token" in answer.read().decode()) == (503, True)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert "s1ecs_token_days_left" in answer.read().decode()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)


def test_metrics_port_in_use(commands: Commands, port: int) -> None:
    """A port that is taken ends `run` with one line that names the setting."""
    with socket.create_server(("127.0.0.1", port)):
        result = commands.run("run", S1ECS_METRICS_PORT=str(port), **CALM)
    assert result.returncode == 2
    assert "metrics_port" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("wrong", ["a file", "a link to itself", "a file in its place", "dead letters"])
def test_a_state_that_cannot_be_read(alone: Commands, wrong: str) -> None:
    """It is critical, said in the first line and by the exit status, for people and for programs."""
    alone.environment |= {"S1ECS_URL": "http://127.0.0.1:9", "S1ECS_TOKEN": "a-token-for-tests"}
    if wrong == "a file":
        alone.state.write_text("")
    elif wrong == "a link to itself":
        alone.state.mkdir()
        (alone.state / "s1ecs.db").symlink_to("s1ecs.db")
    elif wrong == "a file in its place":
        alone.environment["S1ECS_STATE_DIR"] = str(alone.state / "below")
        alone.state.write_text("")
    else:
        alone.state.mkdir()
        (alone.state / "dead-letters").write_text("")
    result = alone.run("status")
    assert result.returncode == 2, result
    assert result.stderr == ""
    assert result.stdout.startswith("s1ecs critical: state: ")
    code, lines = status(alone)
    assert (code, lines["s1ecs"]["verdict"], lines["state"]["verdict"]) == (2, "critical", "critical")
