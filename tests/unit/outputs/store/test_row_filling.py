"""Documents of an earlier store: they are filled in, and questions are right all the while."""

import sqlite3

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.store import prepare
from s1ecs.outputs.store.row_filling import RowFilling, remaining
from s1ecs.streams import STREAMS

from .made_documents import store, wrong


class Ticks:
    """A clock of which each look takes a second, so that a step does its least."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time, which goes on."""
        self.now += 0.015
        return self.now


def made_earlier(connection: sqlite3.Connection) -> None:
    """Make the store one of an s1ecs without rows."""
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name <> 'spooled'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("DELETE FROM stream_tables")
    for stream in STREAMS:
        store(connection, stream, count=60, rows=False)


def answers(connection: sqlite3.Connection) -> list[object]:
    """What views tell of the streams, latest states among them."""
    return [
        connection.execute(f'SELECT * FROM "{view}" ORDER BY console, id').fetchall()  # noqa: S608 - our own views
        for table in store_tables().values()
        for view in (table.stream, table.latest_view)
        if view
    ]


def test_questions_are_right_while_documents_are_filled_in(connection: sqlite3.Connection) -> None:
    """After each step every view tells the same, whatever is collected, removed or becomes latest meanwhile."""
    made_earlier(connection)
    connection.execute(
        "INSERT INTO things SELECT console, stream, id, id, 1 FROM documents WHERE stream IN ('agent', 'application')"
        " AND rowid % 2"
    )
    prepare(connection, store_tables())
    filling, clock = RowFilling.of(store_tables()), Ticks()
    before = answers(connection)
    [(documents,)] = connection.execute("SELECT count(*) FROM documents")
    assert remaining(connection) == documents
    steps = 1
    while filling.step(connection, clock).more:
        assert answers(connection) == before
        assert wrong(connection) == []
        steps += 1
    assert steps > 3
    assert answers(connection) == before
    assert wrong(connection) == []
    assert remaining(connection) == 0
    assert "UNION" not in connection.execute("SELECT sql FROM sqlite_master WHERE name = 'alert'").fetchone()[0]


def test_documents_come_and_go_meanwhile(connection: sqlite3.Connection) -> None:
    """What is stored or removed between two steps is counted once, and a row number given again is no trouble."""
    made_earlier(connection)
    prepare(connection, store_tables())
    connection.execute("DELETE FROM documents WHERE rowid > (SELECT max(rowid) - 3 FROM documents)")
    store(connection, "alert", console="other")
    filling, clock = RowFilling.of(store_tables()), Ticks()
    filling.step(connection, clock)
    connection.execute("DELETE FROM documents WHERE rowid % 7 = 0")
    store(connection, "threat", console="other")
    assert wrong(connection) == []
    while filling.step(connection, clock).more:
        pass
    assert wrong(connection) == []


def test_a_table_with_other_columns_is_made_anew(connection: sqlite3.Connection) -> None:
    """Where a stream's columns changed its rows alone are made again; the others stay."""
    for stream in STREAMS:
        store(connection, stream)
    before = connection.execute("SELECT count(*) FROM threat_rows").fetchone()
    connection.execute("UPDATE stream_tables SET definition = 'as it was' WHERE stream = 'alert'")
    prepare(connection, store_tables())
    assert connection.execute("SELECT count(*) FROM alert_rows").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM threat_rows").fetchone() == before
    while RowFilling.of(store_tables()).step(connection, Ticks()).more:
        pass
    assert wrong(connection) == []
    assert connection.execute("SELECT count(*) FROM alert_rows").fetchone() == (12,)


def test_a_sound_store_is_left_untouched(connection: sqlite3.Connection) -> None:
    """Preparing a store that is as it should be writes nothing."""
    store(connection, "alert")
    before = connection.total_changes
    prepare(connection, store_tables())
    assert connection.total_changes == before
