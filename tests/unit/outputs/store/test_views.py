"""The store: one row an id, and views that follow the tables."""

# ruff: noqa: S608 - questions about our own views
import sqlite3

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import StreamTable, prepare
from s1ecs.outputs.store.output import insert as insert_with
from s1ecs.outputs.store.rows import row_writer
from s1ecs.streams import STREAMS

HOSTS = StreamTable("hosts", [("host", ["host.name"]), ("state", ["state"])], latest_view="hosts_latest")


def insert(connection: sqlite3.Connection, batch: Batch) -> None:
    """Insert a batch, with rows."""
    insert_with(connection, batch, row_writer({**store_tables(), "hosts": HOSTS}[batch.stream]))


def batch(identity: str, **document: object) -> Batch:
    """A batch of one alert."""
    return Batch("default", "default", "alert", [(identity, document)])


def test_same_id_twice_is_one_row(connection: sqlite3.Connection) -> None:
    """A document that is there already stays as it is."""
    insert(connection, batch("a", event={"severity": 21}))
    insert(connection, batch("a", event={"severity": 99}))
    assert connection.execute("SELECT id, severity FROM alert").fetchall() == [("a", 21)]


def test_same_id_of_two_consoles_is_two_rows(connection: sqlite3.Connection) -> None:
    """Consoles don't hide each other's documents."""
    insert(connection, batch("a"))
    insert(connection, Batch("other", "default", "alert", [("a", {})]))
    assert connection.execute("SELECT console FROM alert ORDER BY 1").fetchall() == [("default",), ("other",)]


def test_time_is_the_documents(connection: sqlite3.Connection) -> None:
    """The column time is @timestamp, for sorting without reading the document."""
    insert(connection, batch("a", **{"@timestamp": "2026-01-01T00:00:00.000Z"}))
    assert connection.execute("SELECT time FROM documents").fetchone() == ("2026-01-01T00:00:00.000Z",)


def test_views_follow_their_tables(connection: sqlite3.Connection) -> None:
    """A view whose columns changed is made anew; one that did not is not touched."""
    before = connection.execute("SELECT rowid, sql FROM sqlite_master WHERE type = 'view'").fetchall()
    prepare(connection, store_tables())
    assert before == connection.execute("SELECT rowid, sql FROM sqlite_master WHERE type = 'view'").fetchall()
    other = StreamTable("alert", [("loudness", ["event.severity"])])
    prepare(connection, {"alert": other})
    insert_with(connection, batch("a", event={"severity": 99}), row_writer(other))
    assert connection.execute("SELECT loudness FROM alert").fetchone() == (99,)


def states(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    """What the latest view of the test's own inventory tells."""
    return connection.execute("SELECT host, state, gone, console FROM hosts_latest ORDER BY console, host").fetchall()


def seen(connection: sqlite3.Connection, host: str, state: str, *, at: int, console: str = "default") -> None:
    """A host of the test's own inventory is seen in a state, in round `at`."""
    document = {"host": {"name": host}, "state": state}
    insert(connection, Batch(console, "default", "hosts", [(f"{host} {state}", document)]))
    connection.execute(
        "INSERT OR REPLACE INTO things (console, stream, thing, id, round) VALUES (?, 'hosts', ?, ?, ?)",
        (console, host, f"{host} {state}", at),
    )


def complete(connection: sqlite3.Connection, number: int) -> None:
    """A round over the default console's inventory is complete."""
    connection.execute(
        "INSERT OR REPLACE INTO rounds (console, stream, completed) VALUES ('default', 'hosts', ?)", (number,)
    )


def test_latest_view_has_the_state_of_the_last_complete_walk(connection: sqlite3.Connection) -> None:
    """Each thing stands there once, in its current state, and is gone when a later complete walk did not see it."""
    prepare(connection, {"hosts": HOSTS})
    seen(connection, "a", "good", at=1)
    seen(connection, "b", "good", at=1)
    assert states(connection) == [("a", "good", 0, "default"), ("b", "good", 0, "default")]
    complete(connection, 1)
    seen(connection, "a", "bad", at=2)
    assert states(connection) == [("a", "bad", 0, "default"), ("b", "good", 0, "default")]
    complete(connection, 2)
    assert states(connection) == [("a", "bad", 0, "default"), ("b", "good", 1, "default")]
    seen(connection, "a", "good", at=3)
    seen(connection, "b", "good", at=3)
    complete(connection, 3)
    assert states(connection) == [("a", "good", 0, "default"), ("b", "good", 0, "default")]


def test_latest_view_keeps_consoles_apart(connection: sqlite3.Connection) -> None:
    """A complete walk of one console makes nothing of another console's gone."""
    prepare(connection, {"hosts": HOSTS})
    seen(connection, "a", "good", at=1)
    seen(connection, "a", "bad", at=1, console="other")
    complete(connection, 5)
    assert states(connection) == [("a", "good", 1, "default"), ("a", "bad", 0, "other")]


def test_every_inventory_has_a_latest_view(connection: sqlite3.Connection) -> None:
    """An inventory's latest view has the columns of the stream's view and `gone`; other streams have none."""
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    inventories = {stream.name for stream in STREAMS.values() if getattr(stream.ask, "thing", ())}
    assert names == STREAMS.keys() | {"response_action"} | {f"{name}_latest" for name in inventories}
    for name in inventories:
        assert columns_of(connection, f"{name}_latest") - {"gone"} == columns_of(connection, name)
        assert "gone" in columns_of(connection, f"{name}_latest")


def columns_of(connection: sqlite3.Connection, view: str) -> set[str]:
    """The names of a view's columns."""
    return {column[0] for column in connection.execute(f'SELECT * FROM "{view}"').description}


def plan(connection: sqlite3.Connection, question: str) -> list[str]:
    """How SQLite answers a question."""
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {question}")]


def test_no_question_reads_all_documents(connection: sqlite3.Connection) -> None:
    """A view reads rows, and a document by its number alone where it is asked for."""
    for table in store_tables().values():
        for view in filter(None, (table.stream, table.latest_view)):
            for columns in ("*", "time, id, document"):
                question = f"SELECT {columns} FROM \"{view}\" WHERE time > '2026'"
                steps = plan(connection, question)
                assert not [step for step in steps if step.startswith("SCAN documents")], steps
                assert [step for step in steps if "documents" in step] == [
                    "SEARCH documents USING INTEGER PRIMARY KEY (rowid=?)"
                ], steps


def test_documents_to_be_filled_in_are_read_by_their_time(connection: sqlite3.Connection) -> None:
    """While there are documents without a row they are read by the index of stream and time, in the order of time."""
    insert_with(connection, batch("a"))
    connection.execute("DELETE FROM stream_tables")
    prepare(connection, store_tables())
    steps = plan(connection, "SELECT rule FROM alert WHERE time > '2026' AND console = 'a'")
    assert "SEARCH documents USING INDEX documents_by_time (stream=? AND time>?)" in steps, steps
    steps = plan(connection, "SELECT time, rule, host FROM alert ORDER BY time DESC LIMIT 5")
    assert not [step for step in steps if "TEMP B-TREE" in step], steps


def test_latest_view_reads_latest_states_alone(connection: sqlite3.Connection) -> None:
    """The time that a latest view takes grows with the number of things, not with that of their former states."""
    prepare(connection, {"hosts": HOSTS})
    steps = plan(connection, "SELECT * FROM hosts_latest")
    assert steps[0] == "SCAN hosts_rows USING INDEX hosts_rows_latest"
    assert not [step for step in steps if "CORRELATED" in step and "document" not in step.lower()][1:], steps
