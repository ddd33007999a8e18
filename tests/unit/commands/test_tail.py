"""`s1ecs tail`: lines and JSON of new documents, and its end."""

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from s1ecs.cli.options import stored_stream_names, stored_streams
from s1ecs.commands.tail import tail
from s1ecs.commands.terminal.writer import TerminalWriter
from s1ecs.errors import UsageError
from tests.stored import open_store, put

from .test_query import Terminal

LONG = "A rule with a name that is longer than any terminal is wide " * 3


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A state database."""
    with open_store(tmp_path) as opened:
        yield opened


def add(connection: sqlite3.Connection, identity: str, severity: int = 99, rule: str = "A rule", **more: Any) -> None:
    """An alert comes."""
    document = {
        "@timestamp": "2026-01-31T12:00:00.123Z",
        "event": {"severity": severity},
        "rule": {"name": rule},
        "host": {"name": "ws-1"},
        **more,
    }
    put(connection, "alert", identity, document)


def tailed(connection: sqlite3.Connection, folder: Path, *, json: bool = False, count: int = 10) -> None:
    """Follow while two alerts come, one after the other, until the reader leaves."""
    coming = iter(["b", "c"])

    def wait() -> bool:
        identity = next(coming, None)
        if identity is not None:
            add(connection, identity, 21, LONG)
        return identity is not None

    with pytest.raises(BrokenPipeError):
        tail(folder, ["alert"], count, json=json, wait=wait)


def test_lines(connection: sqlite3.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe each document is one whole line: time, stream, what happened, host; nothing in it breaks the line."""
    add(connection, "a", rule="A\x1b[31m\nrule")
    tailed(connection, tmp_path)
    first, *others = capsys.readouterr().out.splitlines()
    assert first == r"2026-01-31T12:00:00Z  alert             critical: A\x1b[31m\nrule  ws-1"
    assert others == [f"2026-01-31T12:00:00Z  alert             low: {LONG}  ws-1"] * 2


def test_lines_on_a_terminal(connection: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal lines are coloured by severity and cut to its width."""
    add(connection, "a")
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    monkeypatch.setenv("COLUMNS", "70")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    tailed(connection, tmp_path)
    first, *others = terminal.getvalue().splitlines()
    assert first.startswith("\x1b[1;31m2026-01-31T12:00:00Z  alert")
    assert all(len(line) <= 70 and line.endswith("…") for line in others)


def test_json(connection: sqlite3.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json prints an object a line, with the document as it was stored."""
    add(connection, "a", size=10**18)
    tailed(connection, tmp_path, json=True, count=0)
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == ["b", "c"]
    tailed(connection, tmp_path, json=True, count=3)
    [line, *_] = capsys.readouterr().out.splitlines()
    assert json.loads(line) | {"document": None} == {
        "time": "2026-01-31T12:00:00.123Z",
        "stream": "alert",
        "console": "default",
        "id": "a",
        "document": None,
    }


def test_the_reader_of_a_pipe_leaves() -> None:
    """Waiting ends at once when nobody reads the pipe any more, though nothing is written."""
    reading, writing = os.pipe()
    with open(writing, "w") as stream:  # noqa: PTH123 - a descriptor
        writer = TerminalWriter(lambda: stream)
        assert not writer.wait_for_reader_to_leave(0)
        os.close(reading)
        assert writer.wait_for_reader_to_leave(60)


def test_streams_of_the_store() -> None:
    """Response actions are a stream of the store, too; an unknown one is refused with the nearest."""
    assert stored_streams(["alert,response_action", "alert"]) == ["alert", "response_action"]
    assert [name for name, _ in stored_stream_names("alert,re")] == ["alert,response_action"]
    with pytest.raises(UsageError, match=r"no stream named 'response'; available: .*response_action"):
        stored_streams(["response"])
