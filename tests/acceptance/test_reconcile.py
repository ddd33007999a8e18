"""`s1ecs reconcile` with the real process: what was deleted by hand is found and brought back."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .conftest import Commands, Start

STREAMS = ("activity", "agent", "alert", "application_risk", "threat", "threat_event", "unified_alert")
NOON = "2026-01-31T12:00:00Z"
START = "2026-01-29T12:00:00"
PERIOD = ("--from", f"{START}Z", "--to", NOON)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, start_standin: Start) -> Commands:
    """A store with all that a small console holds."""
    commands = Commands(tmp_path_factory.mktemp("reconcile"), start_standin("--agents", "8", "--now", NOON))
    commands.environment["S1ECS_INITIAL_INTERVAL"] = "3d"
    commands.ok("collect", *STREAMS)
    return commands


def rows(commands: Commands, *arguments: str, status: int) -> list[dict[str, Any]]:
    """What reconcile says as JSON, after it ended with this status."""
    result = commands.run("reconcile", *arguments, *PERIOD, "--json")
    assert result.returncode == status, result.stderr
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def missing(found: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """(stream, id) of all that the store lacks."""
    return {(row["stream"], each) for row in found for each in row["outputs"]["store"]["missing"]}


def deleted(commands: Commands, stream: str) -> str:
    """The id of a document that was deleted from the store just now."""
    with closing(sqlite3.connect(commands.state / "s1ecs.db")) as store, store:
        # The last one is the present state of what it tells of.
        [identity] = store.execute(
            "SELECT id FROM documents WHERE stream = ? AND (time > ? OR stream = 'application_risk')"
            " ORDER BY rowid DESC LIMIT 1",
            (stream, START),
        ).fetchone()
        assert store.execute("DELETE FROM documents WHERE (stream, id) = (?, ?)", (stream, identity)).rowcount == 1
    return str(identity)


def count(commands: Commands) -> int:
    """How many documents lie in the store."""
    return int(commands.query("SELECT count(*) AS n FROM documents")[0]["n"])


def test_untouched_store_lacks_nothing(collected: Commands) -> None:
    """All that was collected is held: no row misses anything, totals equal what was read, exit status 0."""
    found = rows(collected, *STREAMS, status=0)
    assert {row["stream"] for row in found} == set(STREAMS)
    assert not missing(found)
    assert sum(row["outputs"]["store"]["held"] for row in found if row["stream"] == "activity") > 0
    by_time = [row for row in found if row["stream"] in {"agent", "alert", "threat"}]
    assert by_time
    assert [row for row in by_time if row["total"] != row["read"]] == []


def test_deleted_documents_are_found_and_brought_back(collected: Commands) -> None:
    """A document of each stream, deleted by hand, is named with exit status 1; --repair puts back just these."""
    before = count(collected)
    gone = {(stream, deleted(collected, stream)) for stream in STREAMS}
    assert missing(rows(collected, *STREAMS, status=1)) == gone
    assert count(collected) == before - len(STREAMS)
    repaired = rows(collected, *STREAMS, "--repair", status=0)
    assert sum(row["outputs"]["store"]["repaired"] for row in repaired) == len(STREAMS)
    assert count(collected) == before
    assert not missing(rows(collected, *STREAMS, status=0))


def test_table_names_what_is_missing(collected: Commands) -> None:
    """The table for people has the console's total, what the store holds, and the missing id."""
    identity = deleted(collected, "alert")
    result = collected.run("reconcile", "alert", *PERIOD)
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["console", "stream", "day", "total", "read", "store", "missing"]
    assert [line for line in lines if line.startswith("missing from store: default alert ") and identity in line]
    assert collected.run("reconcile", "alert", "--repair", *PERIOD).returncode == 0


def test_repair_is_nothing_new_to_the_next_poll(collected: Commands) -> None:
    """What was repaired is neither delivered nor counted again by the polls that follow."""
    deleted(collected, "agent")
    collected.ok("reconcile", "agent", "--repair", *PERIOD)
    before = count(collected)
    told = {row["stream"]: row["documents"] for row in json.loads(collected.ok("streams", "--json"))}
    assert told["agent"] == collected.query("SELECT count(*) AS n FROM agent")[0]["n"]
    collected.ok("collect", "agent")
    assert count(collected) == before


def test_repair_fills_an_empty_store(tmp_path: Path, collected: Commands) -> None:
    """Where nothing was ever collected, --repair brings all of the period."""
    fresh = Commands(tmp_path, collected.environment["S1ECS_URL"])
    fresh.ok("reconcile", "alert", "--repair", *PERIOD)
    ids = "SELECT id FROM documents WHERE stream = 'alert'"
    found = {row["id"] for row in fresh.query(ids)}
    assert found
    assert found <= {row["id"] for row in collected.query(ids)}
    assert not missing(rows(fresh, "alert", status=0))


def test_console_that_does_not_answer_is_no_proof(tmp_path: Path) -> None:
    """Without an answer of the console nothing is proven: exit status 1, and the log says why."""
    commands = Commands(tmp_path, "http://127.0.0.1:1")
    result = commands.run("reconcile", "alert", *PERIOD)
    assert result.returncode == 1
    assert "refused" in result.stderr


@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_what_is_gone_from_a_folder_is_found_and_brought_back(
    tmp_path: Path, collected: Commands, compression: str
) -> None:
    """A line, or a file, that is gone from the files output is missing from that output alone, and comes back."""
    commands = Commands(tmp_path, collected.environment["S1ECS_URL"])
    files = f"{{type: files, path: lines, compression: {compression}}}"
    commands.environment["S1ECS_INITIAL_INTERVAL"] = "3d"
    (tmp_path / "s1ecs.yaml").write_text(f"outputs: [{{type: store}}, {files}]\n")
    commands.ok("collect", "alert", "threat")
    assert commands.run("reconcile", "alert", "threat", *PERIOD).returncode == 0
    [path] = (tmp_path / "lines").glob("threat-*.ndjson*")
    if compression == "none":
        path.write_bytes(path.read_bytes().partition(b"\n")[2])
    else:
        path.unlink()
    found = json.loads(commands.run("reconcile", "alert", "threat", *PERIOD, "--json").stdout)
    [name] = [name for name in found[0]["outputs"] if name != "store"]
    gone = {(row["stream"], each) for row in found for each in row["outputs"][name]["missing"]}
    assert {stream for stream, _ in gone} == {"threat"}
    assert not missing(found)
    assert commands.run("reconcile", "alert", "threat", "--repair", *PERIOD).returncode == 0
    assert commands.run("reconcile", "alert", "threat", *PERIOD).returncode == 0
