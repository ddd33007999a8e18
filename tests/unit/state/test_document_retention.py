"""Retention: oldest first, in small steps, and never the latest state of a thing."""

import itertools
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import insert
from s1ecs.state.retention import PruneCursor
from s1ecs.state.sqlite import schema
from s1ecs.state.sqlite.database import connect
from s1ecs.state.sqlite.document_retention import (
    give_back,
    gives_back,
    prune_step,
    pruned_until,
    used_bytes,
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A fresh state database."""
    with closing(connect(tmp_path / "s1ecs.db")) as opened:
        yield opened


def add(connection: sqlite3.Connection, identity: str, day: int, *, stream: str = "alert", size: int = 10) -> None:
    """Store a document of a day of 2026, of so many bytes or some more."""
    month, rest = divmod(day, 28)
    moment = f"2026-{month + 1:02}-{rest + 1:02}T00:00:00.000Z"
    insert(connection, Batch("default", "default", stream, [(identity, {"@timestamp": moment, "x": "x" * size})]))


def add_thing(connection: sqlite3.Connection, thing: str, identity: str) -> None:
    """The latest state of a thing is the document of that id."""
    connection.execute("INSERT OR REPLACE INTO things VALUES ('default', 'agent', ?, ?, 1)", (thing, identity))


def ids(connection: sqlite3.Connection) -> list[str]:
    """What lies in the store, oldest first."""
    return [row[0] for row in connection.execute("SELECT id FROM documents ORDER BY time, id")]


def prune(connection: sqlite3.Connection, before: str | None = None, size: int | None = None) -> int:
    """Step to the end; how many documents were removed."""
    place: PruneCursor | None = PruneCursor()
    removed = 0
    while place is not None:
        stepped = prune_step(connection, place, before, size, time.monotonic)
        place, removed = stepped.place, removed + stepped.removed
    return removed


def test_older_documents_go_whatever_their_stream(connection: sqlite3.Connection) -> None:
    """What lies before the bound is removed, what lies on it stays, and the greatest time removed is remembered."""
    for day in range(60):
        add(connection, f"{day:02}", day, stream=("alert", "threat", "activity")[day % 3])
    assert pruned_until(connection) is None
    assert prune(connection, before="2026-02-13T00:00:00.000Z") == 40
    assert ids(connection) == [f"{day:02}" for day in range(40, 60)]
    assert pruned_until(connection) == "2026-02-12T00:00:00.000Z"


def test_no_limits_remove_nothing(connection: sqlite3.Connection) -> None:
    """Without a bound and without a size everything stays."""
    add(connection, "a", 0)
    assert prune(connection) == 0
    assert ids(connection) == ["a"]


def test_latest_states_stay_whatever_their_age(connection: sqlite3.Connection) -> None:
    """The state that a thing is in is kept, the ones before it go; another stream's document of that id goes, too."""
    for day, state in enumerate(("good", "bad", "better")):
        add(connection, f"host {state}", day, stream="agent")
    add(connection, "host better", 0, stream="alert")
    add_thing(connection, "host", "host better")
    assert prune(connection, before="2027-01-01T00:00:00.000Z", size=1) == 3
    assert connection.execute("SELECT stream, id FROM documents").fetchall() == [("agent", "host better")]


def test_many_documents_of_one_time(connection: sqlite3.Connection) -> None:
    """A thousand documents of one moment, every second of them a latest state, are all looked at once."""
    for number in range(1000):
        add(connection, f"{number:04}", 3, stream="agent")
        if number % 2:
            add_thing(connection, f"thing {number}", f"{number:04}")
    add(connection, "later", 4)
    assert prune(connection, before="2026-01-05T00:00:00.000Z") == 500
    assert ids(connection) == [f"{number:04}" for number in range(1, 1000, 2)] + ["later"]


def test_size_removes_the_oldest_until_it_fits(connection: sqlite3.Connection) -> None:
    """Above the size the oldest go and no more than it takes; the room goes back to the disk."""
    for day in range(200):
        add(connection, f"{day:03}", day, size=20_000)
    before = file_bytes(connection)
    assert prune(connection, size=1_000_000) > 100
    assert used_bytes(connection) <= 1_000_000
    left = ids(connection)
    assert 40 <= len(left) < 60
    assert left == [f"{day:03}" for day in range(200 - len(left), 200)]
    assert prune(connection, size=1_000_000) == 0
    assert gives_back(connection)
    while give_back(connection, time.monotonic):
        pass
    assert file_bytes(connection) < 1_000_000 < before
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_step_is_short_whatever_there_is_to_do(connection: sqlite3.Connection) -> None:
    """A step ends after some hundredths of a second, and the next one goes on behind it."""
    for day in range(300):
        add(connection, f"{day:03}", day, size=10_000)
    ticks = itertools.count()
    first = prune_step(connection, PruneCursor(), "2027-01-01T00:00:00.000Z", None, lambda: next(ticks) * 0.011)
    assert 0 < first.removed < 100
    assert first.place is not None
    second = prune_step(connection, first.place, "2027-01-01T00:00:00.000Z", None, lambda: next(ticks) * 0.011)
    assert len(ids(connection)) == 300 - first.removed - second.removed
    assert give_back(connection, lambda: next(ticks) * 0.011)


def test_a_store_from_before_retention(tmp_path: Path) -> None:
    """An older database is pruned as well, and keeps what becomes free for what comes."""
    path = tmp_path / "s1ecs.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        for statement in itertools.chain(*schema.SCHEMA_STEPS[:2]):
            old.execute(statement)
        old.execute("PRAGMA user_version = 2")
        for day in range(60):
            add(old, f"{day:02}", day)
    with closing(connect(path)) as connection:
        assert prune(connection, before="2026-02-13T00:00:00.000Z") == 40
        assert not gives_back(connection)
        assert give_back(connection, time.monotonic) is False
        assert len(ids(connection)) == 20


def test_looking_for_the_next_reads_no_more_than_it_needs(connection: sqlite3.Connection) -> None:
    """Where to go on, and whether a document is a latest state, is found by indexes alone."""
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    prune_step(connection, PruneCursor("2026-01-01T00:00:00.000Z", 5), "2027-01-01T00:00:00.000Z", None, time.monotonic)
    connection.set_trace_callback(None)
    [*questions] = [statement for statement in seen if "EXISTS" in statement]
    assert len(questions) == 2
    for question in questions:
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {question}"))
        assert "SEARCH documents USING" in plan
        assert "SEARCH things USING COVERING INDEX things_by_id (console=? AND stream=? AND id=?)" in plan
        assert "TEMP B-TREE" not in plan


def file_bytes(connection: sqlite3.Connection) -> int:
    """How large the file is once all is written into it."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    [path] = [row[2] for row in connection.execute("PRAGMA database_list")]
    return Path(path).stat().st_size
