"""An output that is added later: what it lacks, and filling it from the store and from the console."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .conftest import MOMENT, Commands, Start

PERIOD = ("--from", "2026-01-01", "--to", "2026-01-31T12:00:00Z")
STREAMS = ("agent", "alert", "threat_event")


@pytest.fixture(scope="module")
def small(start_standin: Start) -> str:
    """A small console."""
    return start_standin("--agents", "8", "--now", MOMENT)


class Growing(Commands):
    """Commands whose outputs change."""

    def outputs(self, *outputs: dict[str, Any]) -> None:
        """Write the settings."""
        self.environment["S1ECS_OUTPUTS"] = json.dumps(outputs)

    def ids(self) -> list[str]:
        """The ids in the folder's files, in their order within each."""
        paths = sorted((self.folder / "out").glob("*.ndjson*"))
        return [json.loads(line)["_id"] for path in paths for line in path.read_text().splitlines()]

    def stored(self, *streams: str) -> list[str]:
        """The ids in the store, in their order."""
        chosen = f" WHERE stream IN ({','.join(map(repr, streams))})" if streams else ""
        rows = self.query(f"SELECT id FROM documents{chosen} ORDER BY stream, rowid")  # noqa: S608 - our own names
        return [row["id"] for row in rows]


def within(growing: Growing) -> list[str]:
    """The ids in the store of what the period holds: some agents last changed before."""
    rows = growing.query("SELECT id FROM documents WHERE time >= '2026-01-01' OR stream <> 'agent'")
    return sorted(row["id"] for row in rows)


FILES = {"type": "files", "path": "out"}
STORE = {"type": "store"}


@pytest.fixture
def growing(tmp_path: Path, small: str) -> Growing:
    """Commands that collected three streams into the store alone, and have files beside it now."""
    made = Growing(tmp_path, small)
    made.outputs(STORE)
    made.environment["S1ECS_STREAMS"] = ",".join(STREAMS)
    made.ok("collect")
    made.outputs(STORE, FILES)
    return made


def test_it_is_said_that_it_has_no_history_and_filled_from_the_store(growing: Growing) -> None:
    """The start says so once, with the command; that fills it exactly once, in order, without a console."""
    first = growing.run("collect", "agent")
    assert "this output is new" in first.stderr
    assert "--from-store" in first.stderr
    assert "this output is new" not in growing.run("collect", "agent").stderr
    assert growing.ids() == []
    filled = growing.run("backfill", "--output", "files", "--from-store", S1ECS_URL="http://127.0.0.1:1")
    assert filled.returncode == 0, filled.stderr
    stored = growing.stored()
    assert f"{len(stored)} documents read from the store, {len(stored)} new, 0 already present" in filled.stderr
    assert growing.ids() == stored
    again = growing.run("backfill", "--output", "files", "--from-store", "--again")
    assert again.returncode == 0
    assert f"{len(stored)} documents read from the store, 0 new, {len(stored)} already present" in again.stderr
    assert growing.ids() == stored


def test_a_kill_and_a_store_that_was_compacted_cost_nothing(growing: Growing) -> None:
    """Where the place of an earlier run is no longer what it was the store is read from its beginning: exactly once."""
    growing.ok("backfill", "alert", "--output", "files", "--from-store")
    assert growing.ids() == growing.stored("alert")
    with closing(sqlite3.connect(growing.state / "s1ecs.db")) as database, database:
        # As after a kill behind the delivery of some documents, and a compaction that numbered the rows anew.
        database.execute("UPDATE checkpoints SET position = '[7,\"another\"]' WHERE stream = 'store'")
    growing.ok("backfill", "alert", "--output", "files", "--from-store")
    growing.ok("backfill", "--output", "files", "--from-store")
    assert growing.ids() == growing.stored()


def test_standard_output_is_filled_once(growing: Growing) -> None:
    """A pipe gets all documents once; the same command again goes on from the end and gives nothing."""
    growing.outputs(STORE, {"type": "files", "path": "-"})
    shown = growing.run("backfill", "--output", "files -", "--from-store")
    assert shown.returncode == 0
    assert [json.loads(line)["_id"] for line in shown.stdout.splitlines()] == [
        row["id"] for row in growing.query("SELECT id FROM documents ORDER BY rowid")
    ]
    assert growing.run("backfill", "--output", "files -", "--from-store").stdout == ""


def test_it_is_filled_from_the_console_alone(growing: Growing) -> None:
    """The range goes to this output only, whatever was delivered to others before, and changes nothing for these."""
    before = growing.stored()
    with closing(sqlite3.connect(growing.state / "s1ecs.db")) as database:
        seen = database.execute("SELECT count(*) FROM seen").fetchone()
    result = growing.run("backfill", "alert", "threat_event", "agent", "--output", "files", *PERIOD)
    assert result.returncode == 0, result.stderr
    assert sorted(growing.ids()) == within(growing)
    assert growing.stored() == before
    with closing(sqlite3.connect(growing.state / "s1ecs.db")) as database:
        assert database.execute("SELECT count(*) FROM seen").fetchone() == seen
        assert database.execute("SELECT count(*) FROM backfilled").fetchone() == (0,)
    again = growing.run("backfill", "alert", "--output", "files", *PERIOD)
    assert "this period is already complete" in again.stderr
    growing.ok("backfill", "alert", "--output", "files", *PERIOD, "--again")
    assert sorted(growing.ids()) == within(growing)


def test_what_only_the_new_output_got_is_still_delivered_to_the_others(tmp_path: Path, small: str) -> None:
    """A backfill for one output before anything was collected keeps nothing from the store."""
    growing = Growing(tmp_path, small)
    growing.outputs(STORE, FILES)
    growing.ok("backfill", "alert", "threat_event", "agent", "--output", "files", *PERIOD)
    had = growing.ids()
    assert growing.stored() == []
    growing.outputs(STORE)
    growing.ok("collect", "alert", "threat_event", "agent")
    assert sorted(had) == within(growing)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--from-store",), "--output"),
        (("--from-store", "--output", "files", "--from", "2026-01-01"), "--from"),
        (("--from-store", "--output", "files", "--trace", "x"), "--trace"),
        (("--from-store", "--output", "store"), "cannot fill the store itself"),
        (("--from-store", "--output", "nobody"), "available: 'store', 'files "),
        (("--output", "nobody", "alert", *PERIOD), "available: 'store', 'files "),
        (("--output", "files", "alert"), "--from"),
        (("--output", "files", *PERIOD), "STREAM"),
        (("--output", "files", "application", *PERIOD), "cannot be read by time"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_does_not_fit_together_is_refused(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    """Options that contradict each other, or name nothing, end with status 2 and say why."""
    growing = Growing(tmp_path, "http://127.0.0.1:1")
    growing.outputs(STORE, FILES)
    result = growing.run("backfill", *arguments)
    assert result.returncode == 2
    assert told in result.stderr
