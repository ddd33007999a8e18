"""Documents of an earlier store: they are filled in, and questions are right all the while."""

import sqlite3

import pytest

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.errors import StateError
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import insert, prepare
from s1ecs.outputs.store.prepare import mark_outdated
from s1ecs.outputs.store.row_filling import RowFilling, remaining
from s1ecs.outputs.store.rows import row_writer
from s1ecs.outputs.store.stream_table import StreamTable
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


def fill(connection: sqlite3.Connection) -> None:
    """Fill in what there is to fill in."""
    filling, clock = RowFilling.of(store_tables()), Ticks()
    while filling.step(connection, clock).more:
        pass


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
    assert remaining(connection, store_tables()) == documents
    steps = 1
    while filling.step(connection, clock).more:
        assert answers(connection) == before
        assert wrong(connection) == []
        steps += 1
    assert steps > 3
    assert answers(connection) == before
    assert wrong(connection) == []
    assert remaining(connection, store_tables()) == 0
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
    assert connection.execute("SELECT count(*) FROM alert").fetchone() == (12,)
    fill(connection)
    assert wrong(connection) == []
    assert connection.execute("SELECT count(*) FROM alert_rows").fetchone() == (12,)
    # What was put aside is gone.
    assert connection.execute("SELECT name FROM sqlite_master WHERE name GLOB 'discarded*'").fetchall() == []


def test_a_sound_store_is_left_untouched(connection: sqlite3.Connection) -> None:
    """Preparing a store that is as it should be writes nothing."""
    store(connection, "alert")
    before = connection.total_changes
    prepare(connection, store_tables())
    assert connection.total_changes == before


def test_numbers_given_again_are_not_told_twice(connection: sqlite3.Connection) -> None:
    """Where others got the numbers of removed documents, views tell each document once while filling goes on."""
    made_earlier(connection)
    prepare(connection, store_tables())
    connection.execute("DELETE FROM documents WHERE rowid > (SELECT max(rowid) - 30 FROM documents)")
    store(connection, "alert", console="other", count=60)
    [(documents,)] = connection.execute("SELECT count(*) FROM documents WHERE stream = 'alert'")
    assert connection.execute("SELECT count(*), count(DISTINCT console || id) FROM alert").fetchone() == (
        documents,
        documents,
    )


def test_another_field_of_a_column_is_another_definition(connection: sqlite3.Connection) -> None:
    """Where a column comes from another field of the document, its rows are built anew."""
    table = StreamTable("hosts", [("name", ("host.name",))])
    other = StreamTable("hosts", [("name", ("host.hostname",))])
    prepare(connection, {"hosts": table})
    document = {"host": {"name": "one", "hostname": "another"}}
    insert(connection, Batch("default", "default", "hosts", [("a", document)]), row_writer(table))
    assert connection.execute("SELECT name FROM hosts").fetchone() == ("one",)
    prepare(connection, {"hosts": other})
    assert connection.execute("SELECT name FROM hosts").fetchone() == ("another",)
    filling = RowFilling.of({"hosts": other})
    while filling.step(connection, Ticks()).more:
        pass
    assert connection.execute("SELECT name FROM hosts_rows").fetchone() == ("another",)


def test_a_process_of_another_version_stores_nothing(connection: sqlite3.Connection) -> None:
    """A writer whose definition is not the store's fails and says what to do, instead of writing wrong columns."""
    mine = StreamTable("hosts", [("name", ("host.name",)), ("state", ("state",))])
    prepare(connection, {"hosts": StreamTable("hosts", [("state", ("state",)), ("name", ("host.name",))])})
    with pytest.raises(StateError, match="as another version of s1ecs does; end the processes of that version"):
        insert(connection, Batch("default", "default", "hosts", [("a", {})]), row_writer(mine))


def test_documents_of_an_older_process_are_found(connection: sqlite3.Connection) -> None:
    """What an s1ecs without rows stored beside this one gets its rows after the next start."""
    store(connection, "alert", count=30)
    store(connection, "alert", count=30, console="other", rows=False)
    assert remaining(connection, store_tables()) == 0
    prepare(connection, store_tables())
    assert remaining(connection, store_tables()) > 0
    assert connection.execute("SELECT count(*) FROM alert").fetchone() == (60,)
    fill(connection)
    assert wrong(connection) == []


def test_streams_of_a_newer_version_are_left_alone(connection: sqlite3.Connection) -> None:
    """Filling moves no mark of a stream that it does not know."""
    made_earlier(connection)
    prepare(connection, store_tables())
    connection.execute("INSERT INTO stream_tables VALUES ('of_tomorrow', '', 5)")
    fill(connection)
    assert connection.execute("SELECT below FROM stream_tables WHERE stream = 'of_tomorrow'").fetchone() == (5,)


def test_a_text_that_is_no_document(connection: sqlite3.Connection) -> None:
    """What somebody else wrote into the store ends no filling; the recount names it."""
    connection.execute("INSERT INTO documents VALUES ('bad', 'alert', 'default', NULL, '{oops')")
    prepare(connection, store_tables())
    fill(connection)
    assert wrong(connection) == ["alert: 1 document that are not JSON objects"]


def test_statistics_choose_the_index_of_time(connection: sqlite3.Connection) -> None:
    """Once the store has grown a short period is read by its time, and not all rows."""
    table = store_tables()["alert"]
    times = [
        f"2026-01-{day:02}T{hour:02}:{minute:02}:00.000Z"
        for day in range(1, 29)
        for hour in range(24)
        for minute in (0, 30)
    ]
    documents = [
        (time, {"@timestamp": time, "host": {"name": f"WS-{number % 7}"}}) for number, time in enumerate(times)
    ]
    insert(connection, Batch("default", "default", "alert", documents), row_writer(table))
    store(connection, "application", count=40)
    connection.execute("INSERT INTO things SELECT console, stream, id, id, 1 FROM documents WHERE id GLOB '*-1?'")
    fill(connection)
    latest = (
        "SELECT DISTINCT idx GLOB '*latest*', CAST(stat AS INTEGER) FROM sqlite_stat1 WHERE tbl = 'application_rows'"
    )
    assert connection.execute(f"{latest} ORDER BY 1").fetchall() == [(0, 40), (1, 10)]
    question = "SELECT host, count(*) FROM alert WHERE severity IS NULL AND time > '2026-01-28T20' GROUP BY host"
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {question}")]
    assert plan[0].startswith("SEARCH alert_rows USING INDEX")
    assert "time>?" in plan[0]
    statistics = "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'alert_rows'"
    [before] = connection.execute(statistics).fetchall()
    assert before != (0,)
    rows = "SELECT DISTINCT CAST(stat AS INTEGER) FROM sqlite_stat1 WHERE tbl = 'alert_rows'"
    assert connection.execute(rows).fetchall() == [(len(documents),)]
    # A table that is made anew gets its own.
    mark_outdated(connection)
    prepare(connection, store_tables())
    assert connection.execute(statistics).fetchall() == [(0,)]
    fill(connection)
    assert connection.execute(statistics).fetchall() == [before]
    assert connection.execute(rows).fetchall() == [(len(documents),)]
