"""The store: one row an id, and views that follow the tables."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from s1ecs.collect.session import views
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import Store, make_views
from s1ecs.state.database import connect


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
    Store().write(connection, batch("a", event={"severity": 21}))
    Store().write(connection, batch("a", event={"severity": 99}))
    assert connection.execute("SELECT id, severity FROM alert").fetchall() == [("a", 21)]


def test_same_id_of_two_consoles_is_two_rows(connection: sqlite3.Connection) -> None:
    """Consoles don't hide each other's documents."""
    Store().write(connection, batch("a"))
    Store().write(connection, Batch("other", "default", "alert", [("a", {})]))
    assert connection.execute("SELECT console FROM alert ORDER BY 1").fetchall() == [("default",), ("other",)]


def test_time_is_the_documents(connection: sqlite3.Connection) -> None:
    """The column time is @timestamp, for sorting without reading the document."""
    Store().write(connection, batch("a", **{"@timestamp": "2026-01-01T00:00:00.000Z"}))
    assert connection.execute("SELECT time FROM documents").fetchone() == ("2026-01-01T00:00:00.000Z",)


def test_views_follow_their_tables(connection: sqlite3.Connection) -> None:
    """A view whose columns changed is made anew; one that did not is not touched."""
    before = connection.execute("SELECT rowid, sql FROM sqlite_master WHERE type = 'view'").fetchall()
    make_views(connection, views())
    assert before == connection.execute("SELECT rowid, sql FROM sqlite_master WHERE type = 'view'").fetchall()
    make_views(connection, {"alert": [("loudness", "event.severity")]})
    Store().write(connection, batch("a", event={"severity": 99}))
    assert connection.execute("SELECT loudness FROM alert").fetchone() == (99,)
