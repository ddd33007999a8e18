"""`s1ecs show`: a document by any of its ids, and what concerns it."""

import json
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from s1ecs.commands.show import show
from s1ecs.errors import StateError
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.state.dead_letters import Letter
from s1ecs.state.outbox import OutboxDocument
from s1ecs.state.sqlite.outbox import SqliteOutbox
from tests.stored import open_store, put

from .test_query import Terminal

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
AGENT = "225494730938493804"
ALERT = "225494730938493915"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state with two states of an alert, its agent, and a threat."""
    with open_store(tmp_path) as connection:
        _alert(connection, "one", "Unresolved")
        _alert(connection, "two", "Resolved")
        put(connection, "agent", "agent-1", {"host": {"id": AGENT}})
        put(connection, "threat", "one", {"event": {"id": "t"}}, console="other")
        waiting = OutboxDocument("default", "default", "alert", "two", "{}", None)
        SqliteOutbox().append(connection, "search", [waiting], NOW)
        about = {
            "user": "alice",
            "machine": "desk",
            "comment": "",
            "targets": [{"kind": "agent", "id": AGENT, "name": "ws-1", "agent": AGENT}],
            "requests": [],
            "details": {},
        }
        values = (
            "action-1",
            "default",
            "isolate",
            NOW.isoformat(),
            "done",
            "",
            NOW.isoformat(),
            json.dumps(about),
            "{}",
        )
        connection.execute("INSERT INTO actions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    letter = Letter("2026-01-31T12:00:00.000Z", "elastic", "default", "default", "alert", "two", "too long", {})
    DeadLetterFiles(tmp_path).append(None, [letter])
    return tmp_path


def _alert(connection: sqlite3.Connection, identity: str, status: str) -> None:
    document = {
        "@timestamp": "2026-01-31T12:00:00.000Z",
        "event": {"id": ALERT, "severity": 99},
        "sentinel_one": {"alert": {"info": {"status": status}, "agent": {"id": AGENT}}},
        "host": {"id": AGENT, "name": "ws-1"},
    }
    put(connection, "alert", identity, document)


def shown(folder: Path, identity: str, capsys: pytest.CaptureFixture[str]) -> Any:
    """The JSON object of a document."""
    show(folder, identity, json=True)
    return json.loads(capsys.readouterr().out)


def test_the_newest_state_of_what_has_the_id(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of two states of an alert the one that came last is shown, with all that concerns it; the other is named."""
    found = shown(folder, ALERT, capsys)
    document = found.pop("document")
    assert document["sentinel_one"]["alert"]["info"]["status"] == "Resolved"
    [action] = found.pop("actions")
    assert (action["action"], action["targets"], action["status"], action["user"]) == (
        "isolate",
        ["ws-1"],
        "done",
        "alice",
    )
    assert found == {
        "stream": "alert",
        "console": "default",
        "id": "two",
        "time": "2026-01-31T12:00:00.000Z",
        "deliveries": [{"output": "search", "since": "2026-01-31T12:00:00+00:00"}],
        "dead_letters": [{"output": "elastic", "time": "2026-01-31T12:00:00.000Z", "reason": "too long"}],
        "others": [{"stream": "alert", "time": "2026-01-31T12:00:00.000Z", "id": "one"}],
    }


def test_its_own_id_comes_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document id counts before all others; the same one in another stream and console is another document."""
    found = shown(folder, "one", capsys)
    assert (found["stream"], [each["stream"] for each in found["others"]]) == ("alert", ["threat"])
    assert (found["deliveries"], found["dead_letters"]) == ([], [])
    assert shown(folder, "t", capsys)["stream"] == "threat"


def test_an_agent_counts_before_what_happened_on_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The id of an agent means its own document, not one of the many that name it."""
    found = shown(folder, AGENT, capsys)
    assert (found["stream"], found["others"], len(found["actions"])) == ("agent", [], 1)


def test_text_for_people(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The document is printed over several lines, then what concerns it; on a terminal in colour."""
    show(folder, ALERT, json=False)
    text = capsys.readouterr().out
    assert text.startswith('alert of 2026-01-31T12:00:00.000Z, console default, id two\n{\n  "@timestamp": ')
    assert "\n  search: waiting since 2026-01-31T12:00:00+00:00\n" in text
    assert "\n  elastic, 2026-01-31T12:00:00.000Z: too long\n" in text
    assert "isolate ws-1: done, by alice, action-1\n" in text
    assert "\nother documents with this id:\n  alert, 2026-01-31T12:00:00.000Z: one\n" in text
    show(folder, "agent-1", json=False)
    assert "deliveries: none waiting\ndead letters: none\n" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    show(folder, ALERT, json=False)
    assert "\x1b[" in terminal.getvalue()


def test_a_document_commands_no_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an attacker wrote into a document is shown as escapes, also where it is coloured."""
    with open_store(folder) as connection:
        put(connection, "agent", "evil", {"host": {"name": "\u202eevil\x1b]0;title\x07"}})
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    show(folder, "evil", json=False)
    show(folder, "evil", json=True)
    text = terminal.getvalue()
    assert text.count(r"\u202eevil\u001b]0;title\u0007") == 2
    assert not {"\u202e", "\x07"} & set(text)


def test_an_unknown_id(folder: Path, tmp_path: Path) -> None:
    """An id that no document has is one line with what to do, and so is a state that is not there; status 1."""
    for place, told in ((folder, "no document has the id 'nobody'; check the id"), (tmp_path / "none", "no state at")):
        with pytest.raises(StateError, match=told) as refused:
            show(place, "nobody", json=True)
        assert refused.value.exit_status == 1
        assert "\n" not in str(refused.value)
