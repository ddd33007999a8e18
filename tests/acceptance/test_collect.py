"""Collecting with the real process: everything arrives, once, whatever happens on the way."""

import json
import signal
import sqlite3
import time
import urllib.request
from contextlib import closing
from pathlib import Path

from .conftest import ALERTS, Commands, Start
from .patience import PATIENCE


def test_collecting_twice_leaves_each_alert_once(commands: Commands, standin: str) -> None:
    """All alerts of the console arrive; a second run brings nothing twice."""
    with urllib.request.urlopen(f"{standin}/_standin/counts") as answer:  # noqa: S310 - our own server on loopback
        assert json.load(answer)["alert"] == ALERTS
    for _ in range(2):
        commands.ok("collect", "alert")
        assert commands.count() == ALERTS
    [row] = commands.query("SELECT count(DISTINCT alert_id) AS ids, count(DISTINCT console) AS consoles FROM alert")
    assert row == {"ids": ALERTS, "consoles": 1}
    assert commands.query("SELECT DISTINCT console FROM documents") == [{"console": "default"}]


def test_killed_in_the_middle(commands: Commands) -> None:
    """SIGKILL at several moments loses and doubles nothing, and each start goes on where the last one was."""
    counts: list[int] = []
    for _ in range(3):
        process = commands.start("collect", "alert", S1ECS_PAGE_SIZE="100")
        before = counts[-1] if counts else 0
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and stored(commands) < before + 300:
            time.sleep(0.05)
        process.kill()
        process.communicate()
        counts.append(stored(commands))
    assert 0 < counts[0] < counts[1] < counts[2] < ALERTS
    commands.ok("collect", "alert")
    [row] = commands.query("SELECT count(*) AS n, count(DISTINCT alert_id) AS ids FROM alert")
    assert row == {"n": ALERTS, "ids": ALERTS}


def stored(commands: Commands) -> int:
    """How many alerts lie in the store, 0 before there is one; asked at once, a command would take too long."""
    path = Path(commands.environment["S1ECS_STATE_DIR"]) / "s1ecs.db"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as connection:
        try:
            count: int = connection.execute("SELECT count(*) FROM documents WHERE stream = 'alert'").fetchone()[0]
        except sqlite3.OperationalError:
            return 0
    return count


def test_terminated_in_the_middle(commands: Commands) -> None:
    """SIGTERM finishes the page in hand, says so, and ends with status 1; the next run brings the rest."""
    process = commands.start("collect", "alert", S1ECS_PAGE_SIZE="100")
    while stored(commands) == 0:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "stopping: finishing the current page" in errors
    assert 0 < commands.count() < ALERTS
    commands.ok("collect", "alert")
    assert commands.count() == ALERTS


def test_run_follows_what_is_new(commands: Commands, start_standin: Start) -> None:
    """`run` brings alerts as they appear, until SIGINT ends it with status 0."""
    commands.environment["S1ECS_URL"] = start_standin("--alerts", "50", "--rate", "240")
    process = commands.start("run", S1ECS_INTERVAL="500ms", S1ECS_STREAMS="alert")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and stored(commands) < 60:
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert commands.count() >= 60
    assert "default alert: up to date" in errors


def test_settings_file_and_several_consoles(commands: Commands, standin: str, start_standin: Start) -> None:
    """Two consoles in one file fill one store, each under its name, with its namespace and tags."""
    second = start_standin("--alerts", "30", "--seed", "2")
    del commands.environment["S1ECS_URL"], commands.environment["S1ECS_TOKEN"]
    (commands.folder / "token").write_text("from-a-file\n")
    (commands.folder / "s1ecs.yaml").write_text(
        "consoles:\n"
        f"  - {{name: one, url: {standin}, token: a-token-in-a-file}}\n"
        f"  - {{name: two, url: {second}, token_file: token, namespace: blue, tags: [x],"
        " preserve_original_event: true}\n"
        "outputs: [{type: store}]\n"
        "streams: [alert]\n"
    )
    commands.ok("collect")
    counts = commands.query("SELECT console, count(*) AS n FROM alert GROUP BY 1 ORDER BY 1")
    assert counts == [{"console": "one", "n": ALERTS}, {"console": "two", "n": 30}]
    [row] = commands.query("SELECT document FROM alert WHERE console = 'two' LIMIT 1")
    document = json.loads(row["document"])
    assert document["data_stream"] == {"type": "logs", "dataset": "sentinel_one.alert", "namespace": "blue"}
    assert document["tags"] == ["preserve_original_event", "x"]
    original = json.loads(document["event"]["original"])
    assert original["alertInfo"]["alertId"] == document["event"]["id"]
    assert document["agent"].keys() == {"id", "name", "type", "version"}
    assert document["event"]["created"].endswith("Z")


def test_stream_without_permission(commands: Commands) -> None:
    """A 403 costs the stream, not the run: a warning without a name, status 1 when the stream was named."""
    unnamed = commands.run("collect", S1ECS_TOKEN="forbidden", S1ECS_STREAMS="alert")
    named = commands.run("collect", "alert", S1ECS_TOKEN="forbidden")
    assert (unnamed.returncode, named.returncode) == (0, 1)
    for result in (unnamed, named):
        [line] = result.stderr.splitlines()
        assert "default alert: skipped" in line


def test_log_as_ecs_json(commands: Commands) -> None:
    """With --log-format ecs each line of the log is one ECS JSON object with the poll's figures."""
    result = commands.run("collect", "alert", "--log-format", "ecs")
    [line] = [json.loads(line) for line in result.stderr.splitlines()]
    assert line["message"] == "default alert: up to date"
    assert line["log.level"] == "info" or line["log"]["level"] == "info"
    assert "@timestamp" in line
    assert ALERTS in line.values() or ALERTS in line.get("labels", {}).values()
