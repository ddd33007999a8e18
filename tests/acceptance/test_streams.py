"""`s1ecs streams` with the real process: before any poll, after collecting, without a permission, without STAR."""

import json
from pathlib import Path
from typing import Any

import pytest

from s1ecs.streams import STREAMS

from .conftest import ALERTS, MOMENT, Commands, Start


def states(commands: Commands, **environment: str) -> dict[str, dict[str, Any]]:
    """The rows of `s1ecs streams` by stream."""
    return {row["stream"]: row for row in json.loads(commands.ok("streams", "--json", **environment))}


# Its many calls per item take seconds and add nothing here.
WITHOUT_APPLICATIONS = [name for name in STREAMS if name != "application"]


@pytest.fixture(scope="module")
def small(start_standin: Start) -> str:
    """A stand-in console of a few agents, whose streams are all collected in seconds."""
    return start_standin("--agents", "3", "--alerts", "20", "--now", MOMENT)


def test_before_any_poll(commands: Commands) -> None:
    """Every stream stands there with what it needs and was never polled, though the console can't be reached."""
    rows = states(commands, S1ECS_URL="http://127.0.0.1:1")
    assert rows.keys() == STREAMS.keys()
    assert {row["state"] for row in rows.values()} == {"never polled"}
    assert rows["unified_alert"]["endpoint"] == "POST /unifiedalerts/graphql"
    assert rows["unified_alert"]["permission"] == "Unified Alerts -> View"
    assert not commands.state.exists()


def test_after_collecting_one(commands: Commands) -> None:
    """The stream that was collected is ok with its documents and its lag; the others are as they were."""
    commands.ok("collect", "alert")
    rows = states(commands)
    assert rows["alert"]["state"] == "ok"
    assert rows["alert"]["documents"] == ALERTS
    assert rows["alert"]["last_poll"].startswith(MOMENT[:13])
    assert 0 <= rows["alert"]["lag_seconds"] < 3600
    assert rows["agent"]["state"] == "never polled"
    [line] = [line for line in commands.ok("streams").splitlines() if line.startswith("alert ")]
    assert f" {ALERTS} " in line
    commands.ok("collect", "alert")
    assert states(commands)["alert"]["documents"] == ALERTS


@pytest.mark.parametrize("stream", ["alert", "application_risk", "group", "unified_alert"])
def test_missing_permission_costs_that_stream(tmp_path: Path, small: str, stream: str) -> None:
    """A token without one permission: that stream is set aside, said in check, streams and log; the others are ok."""
    commands = Commands(tmp_path, small)
    commands.environment |= {"S1ECS_TOKEN": f"no-{stream}", "S1ECS_STREAMS": ",".join(WITHOUT_APPLICATIONS)}
    collected = commands.run("collect")
    assert collected.returncode == 0, collected.stderr
    assert [line for line in collected.stderr.splitlines() if f"default {stream}: skipped" in line]
    rows = states(commands)
    assert {name for name, row in rows.items() if row["state"] == "skipped"} == {stream}
    assert {name for name, row in rows.items() if row["state"] == "ok"} == {*WITHOUT_APPLICATIONS} - {stream}
    assert rows["application"]["state"] == "off"
    assert "403" in rows[stream]["reason"]
    [line] = [line for line in commands.ok("streams").splitlines() if line.startswith(f"{stream} ")]
    assert "skipped: " in line
    checked = commands.run("check")
    assert checked.returncode == 1
    [line] = [line for line in checked.stdout.splitlines() if line.startswith("failed")]
    assert f"{stream}: not permitted" in line
    assert STREAMS[stream].permission in line


def test_console_without_star_costs_the_alerts(tmp_path: Path, start_standin: Start) -> None:
    """Where the console has no STAR, alerts alone are set aside: a warning in check, a line in streams and log."""
    commands = Commands(tmp_path, start_standin("--agents", "3", "--without-star", "--now", MOMENT))
    commands.environment["S1ECS_STREAMS"] = ",".join(WITHOUT_APPLICATIONS)
    collected = commands.run("collect")
    assert collected.returncode == 0, collected.stderr
    assert [line for line in collected.stderr.splitlines() if "default alert: skipped" in line]
    rows = states(commands)
    assert {name for name, row in rows.items() if row["state"] == "skipped"} == {"alert"}
    assert {name for name, row in rows.items() if row["state"] == "ok"} == {*WITHOUT_APPLICATIONS} - {"alert"}
    checked = commands.run("check")
    assert checked.returncode == 0
    [line] = [line for line in checked.stdout.splitlines() if "alert: " in line and line.startswith("warning")]
    assert "not available on this console" in line


def test_set_aside_is_over_with_the_permission(tmp_path: Path, small: str) -> None:
    """Once the permission is given the stream is ok at its next poll."""
    commands = Commands(tmp_path, small)
    commands.run("collect", "group", S1ECS_TOKEN="no-group")
    assert states(commands)["group"]["state"] == "skipped"
    commands.ok("collect", "group")
    row = states(commands)["group"]
    assert (row["state"], row["reason"]) == ("ok", "")


def test_latest_views_tell_what_is_there(tmp_path: Path, small: str) -> None:
    """Each agent stands in its latest view once, with its id, and none of those that the console has is gone."""
    commands = Commands(tmp_path, small)
    commands.ok("collect", "agent", "group", "application_risk")
    [row] = commands.query("SELECT count(*) AS n, count(DISTINCT agent_id) AS ids, sum(gone) AS gone FROM agent_latest")
    assert row == {"n": 3, "ids": 3, "gone": 0}
    for name in ("group", "application_risk"):
        [latest] = commands.query(f"SELECT count(*) AS n, sum(gone) AS gone FROM {name}_latest")  # noqa: S608 - ours
        [all_of_it] = commands.query(f'SELECT count(*) AS n FROM "{name}"')  # noqa: S608 - ours
        assert latest == {"n": all_of_it["n"], "gone": 0}
