"""The store's upkeep with real processes: contents, retention, compact, check, backup."""

import json
import re
import signal
import sqlite3
import time
from contextlib import closing

from .conftest import ALERTS, Commands, Start
from .patience import PATIENCE, eventually
from .test_one_walker import held


def test_what_lies_in_the_store(commands: Commands) -> None:
    """Size, oldest, newest, and the documents by day and stream, which add up."""
    commands.ok("collect", "alert")
    told = json.loads(commands.ok("store", "--json"))
    assert told["documents"] == ALERTS == sum(day["documents"] for day in told["days"])
    assert told["bytes"] >= (commands.state / "s1ecs.db").stat().st_size
    [row] = commands.query("SELECT min(time) AS oldest, max(time) AS newest FROM documents")
    assert row == {"oldest": told["oldest"], "newest": told["newest"]}
    first, second, empty, head, *lines = commands.ok("store").splitlines()
    assert " MB" in first
    assert second == f"{ALERTS} documents, from {told['oldest']} to {told['newest']}"
    assert empty == ""
    assert head.split() == ["day", "total", "alert"]
    assert lines[-1].split() == ["total", str(ALERTS), str(ALERTS)]


def test_old_documents_go_and_do_not_come_back(commands: Commands, start_standin: Start) -> None:
    """`collect` keeps so many days of documents and every latest state; the next one fetches nothing again."""
    commands.environment["S1ECS_URL"] = start_standin("--agents", "30", "--alerts", "60")
    commands.ok("collect", "agent", "activity")
    count = "SELECT stream, count(*) AS n FROM documents GROUP BY 1 ORDER BY 1"
    [activities, agents] = commands.query(count)
    with closing(sqlite3.connect(commands.state / "s1ecs.db", isolation_level=None)) as connection:
        connection.execute("UPDATE documents SET time = '2020-01-01T00:00:00.000Z' WHERE stream = 'agent' OR rowid % 2")
        [(left,)] = connection.execute("SELECT count(*) FROM documents WHERE stream = 'activity' AND time > '2021'")
    assert 0 < left < activities["n"]
    for _ in range(2):
        commands.ok("collect", "agent", "activity", S1ECS_OUTPUTS="[{type: store, keep_days: 30}]")
        assert commands.query(count) == [activities | {"n": left}, agents]
    assert json.loads(commands.ok("store", "--json"))["pruned_until"] == "2020-01-01T00:00:00.000Z"


def test_run_prunes_and_gives_room_back(commands: Commands) -> None:
    """`run` makes a store as small as the setting says, and the file shrinks without being compacted."""
    commands.ok("collect", "alert")
    commands.ok("store", "--compact")
    before = (commands.state / "s1ecs.db").stat().st_size
    running = commands.start(
        "run", S1ECS_STREAMS="alert", S1ECS_INTERVAL="1h", S1ECS_OUTPUTS="[{type: store, keep_size: 5MB}]"
    )
    eventually(lambda: 0 < commands.count() < ALERTS)
    eventually(lambda: json.loads(commands.ok("store", "--json"))["free_bytes"] == 0)
    running.send_signal(signal.SIGTERM)
    _, errors = running.communicate(timeout=PATIENCE)
    assert "oldest documents from the store" in errors
    assert (commands.state / "s1ecs.db").stat().st_size <= 5_000_000 < before
    newest = commands.query("SELECT max(time) AS t FROM documents")
    assert newest == [{"t": json.loads(commands.ok("store", "--json"))["newest"]}]


def test_a_backup_beside_run(commands: Commands, start_standin: Start) -> None:
    """A copy made while `run` writes is whole and sound, with its checkpoint; nothing is ever overwritten."""
    commands.environment["S1ECS_URL"] = start_standin("--alerts", "200", "--rate", "1200")
    running = commands.start("run", S1ECS_STREAMS="alert", S1ECS_INTERVAL="100ms")
    eventually(lambda: held(commands, running))
    eventually(lambda: commands.run("query", "SELECT 1 FROM alert").returncode == 0 and commands.count() >= 200)
    before = commands.count()
    copy = commands.folder / "copy" / "s1ecs.db"
    copy.parent.mkdir()
    commands.ok("store", "--backup", str(copy))
    assert copy.stat().st_mode & 0o777 == 0o600
    refused = commands.run("store", "--backup", str(copy))
    assert refused.returncode == 2
    assert "nothing is overwritten" in refused.stderr
    time.sleep(0.5)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=PATIENCE)
    assert running.returncode == 0
    commands.ok("--state-dir", str(copy.parent), "store", "--check")
    with closing(sqlite3.connect(copy)) as connection:
        [(documents, position)] = connection.execute(
            "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM checkpoints WHERE walk = 'live')"
        )
    assert documents >= before
    assert position == 1


def test_damage_is_found(commands: Commands) -> None:
    """`store --check` says sound and ends with 0; with pages overwritten it says what is wrong and ends with 1."""
    commands.ok("collect", "alert")
    assert commands.ok("store", "--check").endswith("s1ecs.db: no damage found\n")
    commands.ok("store", "--compact")
    path = commands.state / "s1ecs.db"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 50_000)
    result = commands.run("store", "--check")
    assert result.returncode == 1
    # Where the damage hits the schema, nothing can be checked.
    assert re.search(r"(restore|replace it with) a backup", result.stdout + result.stderr)
    assert "Traceback" not in result.stderr


def test_wrong_use(commands: Commands) -> None:
    """Before anything was collected there is no store; two kinds of upkeep at once are refused."""
    assert commands.run("store").returncode == 1
    assert commands.run("store", "--check", "--compact").returncode == 2
    assert not commands.state.exists()


def test_killed_while_it_prunes(commands: Commands) -> None:
    """Killed amid retention again and again: rows, counts and words are those of the documents that are left."""
    commands.ok("collect", "alert")
    before = ALERTS
    for size in ("9MB", "7MB", "5MB"):
        with commands.start(
            "run", S1ECS_STREAMS="alert", S1ECS_INTERVAL="1h", S1ECS_OUTPUTS=f"[{{type: store, keep_size: {size}}}]"
        ) as process:
            eventually(lambda: commands.count() < before)  # noqa: B023 - called at once
            process.kill()
        assert commands.ok("store", "--check").endswith("no damage found\n")
        before = commands.count()
    assert 0 < before < ALERTS
