"""The store: one row an id, and views that follow the tables."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from s1ecs.bootstrap.collector import views
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import View, insert, make_views
from s1ecs.state.sqlite.database import connect
from s1ecs.streams import STREAMS


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A fresh state database with the views of all streams."""
    with closing(connect(tmp_path / "s1ecs.db")) as opened:
        make_views(opened, views())
        yield opened


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
    make_views(connection, views())
    assert before == connection.execute("SELECT rowid, sql FROM sqlite_master WHERE type = 'view'").fetchall()
    make_views(connection, {"alert": View("alert", [("loudness", "event.severity")])})
    insert(connection, batch("a", event={"severity": 99}))
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
    make_views(connection, {"hosts_latest": View("hosts", [("host", "host.name"), ("state", "state")], latest=True)})
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
    make_views(connection, {"hosts_latest": View("hosts", [("host", "host.name"), ("state", "state")], latest=True)})
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
    return {column[0] for column in connection.execute(f'SELECT * FROM "{view}"').description}  # noqa: S608 - our names


def test_latest_view_finds_each_document_by_its_id(connection: sqlite3.Connection) -> None:
    """The time that a latest view takes grows with the number of things, not with its square."""
    make_views(connection, {"hosts_latest": View("hosts", [("host", "host.name")], latest=True)})
    plan = connection.execute("EXPLAIN QUERY PLAN SELECT * FROM hosts_latest").fetchall()
    assert plan[0][3].startswith("SCAN things")
    assert plan[1][3].endswith("(console=? AND stream=? AND id=?)")
