"""The steps of archiving: each looks at few rows, however many documents there are."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import insert
from s1ecs.state.archiving import StreamDay
from s1ecs.state.retention import PruneCursor
from s1ecs.state.sqlite import archive
from s1ecs.state.sqlite.database import connect

DAY = StreamDay("alert", "default", "2026-01-31")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A state database with 500 alerts of a day, of which the first ten are archived already."""
    with closing(connect(tmp_path / "s1ecs.db")) as opened:
        documents = [(f"{number:03}", {"@timestamp": f"{DAY.day}T00:00:00.000Z"}) for number in range(500)]
        insert(opened, Batch("default", "default", "alert", documents))
        opened.execute("INSERT INTO archive_files (stream, console, day, name) VALUES (?, ?, ?, 'a')", DAY)
        opened.executemany("INSERT INTO archived VALUES (?, 1)", [(name,) for name, _ in documents[:10]])
        yield opened


def all_steps(connection: sqlite3.Connection) -> tuple[list[str], int]:
    """Take each kind of step; the ids of the pages, and how many documents were taken out."""
    found = archive.next_day(connection, PruneCursor(), "2026-02-01", (), lambda: 0.0)
    assert found.day == DAY
    [file] = archive._files(connection, DAY)
    ids: list[str] = []
    place: PruneCursor | None = PruneCursor()
    removed = 0
    while place is not None:
        page = archive._page(connection, DAY, place)
        place = page.place
        ids += [each.id for each in page.documents]
        texts = [(each.id, each.document) for each in page.documents]
        assert archive._differing(connection, DAY, texts) == 0
        removed += archive._take_out(connection, DAY, file, texts, lambda: 0.0, lambda: True).removed
    return ids, removed


def test_steps_lead_through_a_day_once(connection: sqlite3.Connection) -> None:
    """The pages have every document once, with the file that is recorded for it; nothing is left."""
    ids, removed = all_steps(connection)
    assert ids == [f"{number:03}" for number in range(500)]
    assert removed == 500
    assert connection.execute("SELECT count(*) FROM documents").fetchone() == (0,)
    assert archive.count_archived(connection) == 490
    assert archive.archived_among(connection, "default", "alert", ["000", "499", "500"]) == {"000", "499"}


def test_no_step_reads_all_documents(connection: sqlite3.Connection) -> None:
    """Every statement finds its documents by an index or their row."""
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    all_steps(connection)
    connection.set_trace_callback(None)
    plans = {
        text.split(" FROM ")[-1][:60]: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]
        for text in asked
        if text.startswith(("SELECT", "DELETE"))
    }
    assert len(plans) > 4
    scans = [line for plan in plans.values() for line in plan if line.startswith("SCAN") and "USING" not in line]
    # The few consoles, and ids that are given.
    assert {line.split()[1] for line in scans} <= {"consoles", "json_each"}
    assert any("documents_by_time" in line for plan in plans.values() for line in plan)


def test_a_step_ends_when_its_time_is_over(connection: sqlite3.Connection) -> None:
    """However many documents a step is given, it deals with one at least, and returns how many they were."""
    [file] = archive._files(connection, DAY)
    texts = [(each.id, each.document) for each in archive._page(connection, DAY, PruneCursor()).documents]
    ticks = iter(range(1_000_000))
    assert archive._take_out(connection, DAY, file, texts, lambda: next(ticks) * 0.01, lambda: True) == (2, 2, 0)
