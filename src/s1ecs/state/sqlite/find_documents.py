"""Documents of the store by an id: their own, or one in a column of a view; and the deliveries that wait for one."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from s1ecs.state.sqlite.arrivals import DocumentKey

# From one console to the next by the index, however many documents each has.
_CONSOLES = """\
WITH RECURSIVE found(console) AS (
    SELECT min(console) FROM documents
    UNION ALL SELECT (SELECT min(console) FROM documents WHERE console > found.console) FROM found
    WHERE found.console IS NOT NULL
)
SELECT console FROM found WHERE console IS NOT NULL
"""


class Place(NamedTuple):
    """A document without its content; `row` tells which of several came last."""

    key: DocumentKey
    time: str | None
    row: int


class Delivery(NamedTuple):
    """A document that waits in the outbox of an output since a time, ISO 8601."""

    output: str
    since: str


def with_id(connection: sqlite3.Connection, streams: Sequence[str], identity: str) -> list[Place]:
    """Return the documents that have this id: one in each console and stream at most."""
    consoles = [console for (console,) in connection.execute(_CONSOLES).fetchall()]
    keys = [DocumentKey(console, stream, identity) for console in consoles for stream in streams]
    return [place for key in keys for place in _places(connection, key)]


def with_value(connection: sqlite3.Connection, stream: str, column: str, value: str) -> list[Place]:
    """Return the documents whose column in the view of their stream has this value."""
    # CROSS keeps SQLite from looking for each document in the view.
    rows = connection.execute(
        "SELECT documents.console, documents.id, documents.time, documents.rowid"  # noqa: S608 - our own names
        f' FROM "{stream}" AS found CROSS JOIN documents ON (documents.console, documents.stream, documents.id)'
        f" = (found.console, '{stream}', found.id) WHERE found.\"{column}\" = ?",
        (value,),
    ).fetchall()
    return [Place(DocumentKey(console, stream, identity), time, row) for console, identity, time, row in rows]


def content_of(connection: sqlite3.Connection, place: Place) -> str:
    """Return a document as JSON."""
    [(document,)] = connection.execute("SELECT document FROM documents WHERE rowid = ?", (place.row,)).fetchall()
    return str(document)


def deliveries_of(connection: sqlite3.Connection, key: DocumentKey) -> list[Delivery]:
    """Return the deliveries of a document that wait in the outbox."""
    rows = connection.execute(
        "SELECT output, time FROM spooled WHERE id = ? AND (console, stream) = (?, ?) ORDER BY number",
        (key.id, key.console, key.stream),
    )
    return [Delivery(*row) for row in rows]


def _places(connection: sqlite3.Connection, key: DocumentKey) -> list[Place]:
    rows = connection.execute("SELECT time, rowid FROM documents WHERE (console, stream, id) = (?, ?, ?)", key)
    return [Place(key, *row) for row in rows]
