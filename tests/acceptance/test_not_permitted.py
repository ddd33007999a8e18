"""A 401 for one path with a token that is good elsewhere: a missing permission, in every command."""

import json
from pathlib import Path

import pytest

from .conftest import MOMENT, Commands, Start
from .responding import Acting

PERIOD = ("--from", "2026-01-30", "--to", "2026-01-31T12:00:00Z")
NEW_TOKEN = "API Token Operators"


@pytest.fixture
def refusing(start_standin: Start, tmp_path: Path) -> Start:
    """Starts a stand-in that answers a path with 401, whatever the token."""

    def start(path: str) -> str:
        (tmp_path / "faults.json").write_text(json.dumps([{"kind": "not_authenticated", "path": path}]))
        return start_standin("--agents", "8", "--now", MOMENT, "--faults", str(tmp_path / "faults.json"))

    return start


def test_the_permission_is_named_first(tmp_path: Path, refusing: Start) -> None:
    """Log, `streams`, `status`, `check`, `backfill` and `reconcile` name it and the licence; none asks for a token."""
    commands = Commands(tmp_path, refusing("/groups"))
    commands.environment["S1ECS_STREAMS"] = "group,alert"
    collected = commands.run("collect")
    assert collected.returncode == 1
    [row] = [row for row in json.loads(commands.ok("streams", "--json")) if row["stream"] == "group"]
    assert row["state"] == "skipped"
    checked = commands.run("check")
    assert "the token is valid" in checked.stdout
    said = [
        collected.stderr,
        row["reason"],
        commands.run("status", "--json").stdout,
        checked.stdout,
        commands.run("backfill", "group", *PERIOD).stderr,
        commands.run("reconcile", "group", *PERIOD).stderr,
    ]
    for text in said:
        assert "not permitted" in text
        assert "Groups -> View" in text
        assert "licen" in text
        assert NEW_TOKEN not in text


def test_a_token_that_is_good_nowhere_is_to_be_replaced(tmp_path: Path, refusing: Start) -> None:
    """Where every path refuses it, `check` and `collect` say so, and that it is good nowhere."""
    commands = Commands(tmp_path, refusing("/"))
    commands.environment["S1ECS_STREAMS"] = "group"
    for command in ("check", "collect"):
        result = commands.run(command)
        assert result.returncode == 1
        assert NEW_TOKEN in result.stdout + result.stderr
        assert "token itself is valid" not in result.stdout + result.stderr


def test_an_action_names_the_permission(tmp_path: Path, refusing: Start) -> None:
    """A response action that a good action_token may not do names what its user needs, and asks for no new token."""
    acting = Acting(tmp_path, refusing("/agents/actions"))
    status, result = acting.act("isolate", acting.host()["computerName"])
    assert status == 1
    assert "Endpoints -> Disconnect from network" in result["reason"]
    assert "replace it" not in result["reason"]
