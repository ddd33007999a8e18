"""A worker collects the consoles that are rows: those that are there now, each by itself."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest

from servers.free_port import free_port

from .conftest import MOMENT, Commands, Start
from .patience import PATIENCE, eventually
from .responding import TOKEN, Acting


@pytest.fixture(scope="module")
def small(start_standin: Start) -> str:
    """A small console."""
    return start_standin("--agents", "6", "--now", MOMENT)


@pytest.fixture
def shared(tmp_path: Path, database_url: str) -> Commands:
    """Commands with a state in PostgreSQL that write files, and the file of a token."""
    commands = Commands(tmp_path)
    commands.environment |= {
        "S1ECS_STATE": database_url,
        "S1ECS_OUTPUTS": json.dumps([{"type": "files", "path": str(tmp_path / "out"), "max_age": "1s"}]),
        "S1ECS_STREAMS": "group,agent",
        "S1ECS_INTERVAL": "2s",
    }
    (tmp_path / "token").write_text("a-token-for-tests")
    return commands


@pytest.fixture
def port(shared: Commands) -> Iterator[int]:
    """The port of the metrics of a worker that runs."""
    port = free_port()
    with shared.running("worker", S1ECS_METRICS_PORT=str(port)) as process:
        yield port
        process.terminate()
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors


def get(port: int, path: str) -> tuple[int, str]:
    """Status and text of an answer of a worker; 0 while it does not answer."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def polls(port: int) -> dict[str, float]:
    """Finished polls by console, as the metrics have them."""
    found: dict[str, float] = {}
    for line in get(port, "/metrics")[1].splitlines():
        if line.startswith("s1ecs_polls_total{"):
            name = line.partition('console="')[2].partition('"')[0]
            found[name] = found.get(name, 0) + float(line.rpartition(" ")[2])
    return found


def status(shared: Commands) -> dict[str, Any]:
    """The status of the cluster."""
    found: dict[str, Any] = json.loads(shared.ok("cluster", "status", "--json"))
    return found


def test_a_worker_follows_the_rows(shared: Commands, small: str, port: int) -> None:
    """A console is collected once it is added, not any more once it is paused, and again once it is resumed.

    A row that the worker can't use stands in no other's way, and is told with its reason.
    """
    eventually(lambda: get(port, "/readyz")[0] == 200)
    (shared.folder / "ca.pem").touch()
    shared.ok("consoles", "add", "broken", "--url", small, "--token-file", "token", "--set", "ca_file=ca.pem")
    (shared.folder / "ca.pem").unlink()
    shared.ok("consoles", "add", "one", "--url", small, "--token-file", "token")
    eventually(lambda: polls(port).get("one", 0) > 4)
    assert set(polls(port)) == {"one"}
    found = status(shared)
    assert [(each["console"], each["reason"]) for each in found["stuck"]] == [
        ("broken", f"ca_file: no such file: {shared.folder / 'ca.pem'}")
    ]
    assert [each["state"] for each in found["workers"]] == ["live"]
    eventually(lambda: 's1ecs_cluster_workers{state="live"} 1.0' in get(port, "/metrics")[1])
    shared.ok("consoles", "pause", "one")
    eventually(lambda: status(shared)["lag_seconds"] == {})
    before = polls(port)
    time.sleep(3)
    assert polls(port) == before
    shared.ok("consoles", "resume", "one")
    eventually(lambda: polls(port)["one"] > before["one"])


def test_commands_use_the_rows(shared: Commands, small: str) -> None:
    """Commands beside workers know the consoles of the rows, and say which ones they can't use."""
    (shared.folder / "ca.pem").touch()
    shared.ok("consoles", "add", "broken", "--url", small, "--token-file", "token", "--set", "ca_file=ca.pem")
    (shared.folder / "ca.pem").unlink()
    fault = f"ca_file: no such file: {shared.folder / 'ca.pem'}"
    alone = shared.run("collect")
    assert (
        alone.returncode,
        "no console is collected: 1 row in the state, of them 0 paused and 1 invalid" in alone.stderr,
    ) == (
        2,
        True,
    )
    shared.ok("consoles", "add", "one", "--url", small, "--token-file", "token")
    collected = shared.run("collect")
    assert (collected.returncode, collected.stderr.count(fault)) == (0, 1)
    assert {row["console"] for row in json.loads(shared.ok("streams", "--json"))} == {"one"}
    assert [row["console"] for row in json.loads(shared.ok("consoles", "tokens", "--json"))] == ["one"]
    shared.ok("consoles", "add", "two", "--url", "two.example", "--token-file", "token")
    shared.ok("consoles", "remove", "one", "--yes")
    listed = {row["console"]: (row["state"], bool(row["ids"])) for row in json.loads(shared.ok("consoles", "--json"))}
    assert listed == {"broken": ("invalid", False), "two": ("collected", False), "one": ("removed", True)}
    checks = json.loads(shared.run("check", "--offline", "--json").stdout)
    assert [row["text"] for row in checks if row["subject"] == "broken"] == [fault]


def test_a_worker_ends_what_was_for_a_time(
    shared: Commands, start_standin: Start, tmp_path: Path, database_url: str
) -> None:
    """A scheduled action is sent when it is due, also to a console that is paused: that concerns collecting alone."""
    acting = Acting(tmp_path, start_standin("--agents", "6", "--now", MOMENT))
    acting.control(latency=0.05)
    host = acting.host()["id"]
    (tmp_path / "actor").write_text(TOKEN)
    tokens = ("--token-file", "token", "--set", "action_token_file=actor")
    shared.ok("consoles", "add", "one", "--url", acting.url, *tokens, "--paused")
    shared.ok("respond", "isolate", host, "--for", "1m", "--yes", "--poll", "0.1")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            """UPDATE s1ecs.actions SET about = jsonb_set(about::jsonb, '{details,due}', '"2026-01-01T00:00:00.000Z"')
            WHERE status = 'scheduled'"""
        )

    def release() -> str:
        [found] = json.loads(shared.ok("respond", "history", "--action", "release", "--json"))
        return str(found["status"])

    assert (release(), len(acting.received())) == ("scheduled", 1)
    with shared.running("worker"):
        eventually(lambda: release() == "done")
    assert [each["path"] for each in acting.received()] == ["/agents/actions/disconnect", "/agents/actions/connect"]
