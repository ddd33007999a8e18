"""`reconcile --repair`, killed again and again: the runs together bring what is missing, to each output once."""

import json
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import Commands, Start

NOON = "2026-01-31T12:00:00Z"
# It ends before what is so young that no poll had to bring it yet: that becomes missing as the test goes on.
PERIOD = ("--from", "2026-01-24T12:00:00Z", "--to", "2026-01-31T10:00:00Z")
STREAMS = ("activity", "alert", "threat_event")


def in_store(commands: Commands) -> int:
    """How many documents are committed; asked at once, a command would take too long."""
    path = commands.state / "s1ecs.db"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def in_files(folder: Path) -> int:
    """How many bytes lie in the files; they are written before they are committed."""
    return sum(map(size_of, folder.glob("*.ndjson*")))


def size_of(path: Path) -> int:
    """The bytes of a file; none where it was closed under another name meanwhile."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@pytest.mark.parametrize("moment", ["committed", "written"])
def test_repair_killed_again_and_again(tmp_path: Path, start_standin: Start, moment: str) -> None:
    """Killed behind its commits, or as soon as a file has grown: in the end store and files hold all, each once."""
    commands = Commands(tmp_path, start_standin("--agents", "60", "--now", NOON))
    folder = tmp_path / "lines"
    commands.environment |= {
        "S1ECS_OUTPUTS": "[{type: store}, {type: files, path: lines, max_size: 100KB}]",
        "S1ECS_PAGE_SIZE": "20",
    }
    kills = 0
    for _ in range(5):
        documents, size = in_store(commands), in_files(folder)
        with commands.start("reconcile", *STREAMS, *PERIOD, "--repair") as process:
            while process.poll() is None:
                if in_store(commands) > documents if moment == "committed" else in_files(folder) > size:
                    break
                time.sleep(0.02)
            kills += process.poll() is None
            process.kill()
            process.communicate()
    assert kills >= 3
    commands.ok("reconcile", *STREAMS, *PERIOD, "--repair")
    found = json.loads(commands.ok("reconcile", *STREAMS, *PERIOD, "--json"))
    assert sum(row["read"] for row in found) > 100
    assert [row for row in found for output in row["outputs"].values() if output["missing"]] == []
    stored = {row["id"] for row in commands.query("SELECT id FROM documents")}
    commands.ok("collect", *STREAMS, S1ECS_INITIAL_INTERVAL="7d")
    lines = [line for path in folder.glob("*.ndjson*") for line in path.read_text().splitlines()]
    counted = Counter(json.loads(line)["_id"] for line in lines)
    assert set(counted.values()) == {1}
    assert stored <= counted.keys() == {row["id"] for row in commands.query("SELECT id FROM documents")}
