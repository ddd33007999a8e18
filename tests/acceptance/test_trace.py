"""`--trace` with the real process: every request is there, no secret is."""

import json
import stat
from pathlib import Path

import pytest

from .conftest import MOMENT, Commands, Start

TOKEN = "a-token-for-tests"


@pytest.fixture(scope="module")
def small(start_standin: Start) -> str:
    """A stand-in console of a few agents."""
    return start_standin("--agents", "3", "--alerts", "5", "--now", MOMENT)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("collect", "agent", "group", "unified_alert"),
        ("backfill", "group", "--from", "2026-01-30", "--to", "2026-01-31"),
        ("reconcile", "agent", "--from", "2026-01-30", "--to", "2026-01-31"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_trace_tells_all_but_secrets(tmp_path: Path, small: str, arguments: tuple[str, ...]) -> None:
    """The trace has requests and answers with their bodies, and neither the token nor what is redacted."""
    commands = Commands(tmp_path, small)
    commands.run(*arguments, "--trace", "trace.ndjson")
    path = tmp_path / "trace.ndjson"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) > 1
    assert all(line["status"] == 200 for line in lines)
    assert [line for line in lines if line.get("body", {}).get("data")]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert not [secret for secret in (TOKEN, "registrationToken", "licenseKey", "Authorization") if secret in text]


def test_trace_of_a_console_that_does_not_answer(tmp_path: Path) -> None:
    """Each attempt is a line that says why no answer came."""
    commands = Commands(tmp_path, "http://127.0.0.1:1")
    assert commands.run("collect", "group", "--trace", "trace").returncode == 1
    lines = [json.loads(line) for line in (tmp_path / "trace").read_text().splitlines()]
    assert [line["attempt"] for line in lines if line["path"] == "/groups"] == [1, 2]
    assert all(line["status"] == 0 and "refused" in line["error"] for line in lines)


def test_trace_that_can_not_be_written_is_said_at_once(tmp_path: Path, small: str) -> None:
    """A file that can't be made ends the command before it asks anything."""
    result = Commands(tmp_path, small).run("collect", "group", "--trace", "no/such/folder")
    assert result.returncode == 2
    assert "--trace" in result.stderr
