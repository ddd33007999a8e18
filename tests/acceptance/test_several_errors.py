"""Answers with several errors: every command shows all of them, because the last may be the one to act on."""

import json
from pathlib import Path

import pytest

from .conftest import MOMENT, Commands, Start
from .responding import Acting

ALL = "Request failed{0}; Reason 2{0}; Reason 3{0}"
PATHS = {"group": "/groups", "unified_alert": "/unifiedalerts/graphql"}
PERIOD = ("--from", "2026-01-30", "--to", "2026-01-31T12:00:00Z")


def faulty(start_standin: Start, folder: Path, *rules: dict[str, object]) -> str:
    """The address of a stand-in with these faults."""
    path = folder / "faults.json"
    path.write_text(json.dumps(rules))
    return start_standin("--agents", "5", "--now", MOMENT, "--faults", str(path))


@pytest.mark.parametrize(
    ("stream", "status", "told"),
    [
        ("group", 403, "403 " + ALL.format(" (4030010)")),
        ("group", 400, "400 " + ALL.format(" (4000010)")),
        ("group", 200, "200 " + ALL.format(" (2000010)")),
        ("unified_alert", 200, "200 " + ALL.format("")),
    ],
)
def test_every_command_shows_all(tmp_path: Path, start_standin: Start, stream: str, status: int, told: str) -> None:
    """The log of `collect`, the reason in `streams`, `status`, `check`, `reconcile` and `backfill` name every error."""
    rule: dict[str, object] = {"kind": "several_errors", "path": PATHS[stream], "status": status}
    commands = Commands(tmp_path, faulty(start_standin, tmp_path, rule))
    commands.environment["S1ECS_STREAMS"] = stream
    assert told in commands.run("collect", stream).stderr
    [row] = [row for row in json.loads(commands.ok("streams", "--json")) if row["stream"] == stream]
    assert told in row["reason"]
    assert told in commands.run("status", "--json").stdout
    assert told in commands.run("reconcile", stream, *PERIOD).stderr
    assert told in commands.run("backfill", stream, *PERIOD).stderr
    assert told in commands.run("check").stdout


def test_an_action_and_its_audit_document_hold_all(tmp_path: Path, start_standin: Start) -> None:
    """A refused response action tells every error in its result, and so does the document that stays of it."""
    rule: dict[str, object] = {"kind": "several_errors", "path": "/agents/actions", "status": 400}
    acting = Acting(tmp_path, faulty(start_standin, tmp_path, rule))
    status, result = acting.act("isolate", acting.host()["computerName"])
    assert status == 1
    assert ALL.format("") in result["reason"]
    documents = [json.loads(row["document"]) for row in acting.commands.query("SELECT document FROM response_action")]
    assert any(ALL.format("") in json.dumps(document) for document in documents)
