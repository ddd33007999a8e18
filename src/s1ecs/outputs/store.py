"""The store, the default output: documents in the state database, with views for whoever asks with SQL."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from s1ecs.outputs.output import Batch
from s1ecs.records import dumps


@dataclass(frozen=True)
class View:
    """A view of a stream's documents; `columns` are (name, field of the document).

    `latest`: only the documents of the state that each thing of an inventory is in, with a column `gone`.
    """

    stream: str
    columns: Sequence[tuple[str, str]]
    latest: bool = False


# By the view's name.
Views = Mapping[str, View]

_INSERT = "INSERT OR IGNORE INTO documents (id, stream, console, time, document) VALUES (?, ?, ?, ?, ?)"

# CROSS keeps SQLite from trying all things for each document.
_OF_THINGS = (
    "things CROSS JOIN documents ON (documents.console, documents.stream, documents.id)"
    " = (things.console, things.stream, things.id)"
)
# Gone is what the last complete walk did not see; a thing of a negative round was never to be seen by one.
_GONE = """\
    things.round >= 0 AND things.round < coalesce((
        SELECT completed FROM rounds WHERE (rounds.console, rounds.stream) = (things.console, things.stream)
    ), 0) AS gone,
"""


@dataclass(frozen=True)
class Store:
    """Writes documents into the state database; the same id twice is one row."""

    name: str = field(default="store", init=False)

    def open(self, connection: sqlite3.Connection) -> None:
        """Nothing to make ready: the tables are the state database's."""

    def check(self, connection: sqlite3.Connection) -> None:
        """Nothing is ever due."""

    def close(self, connection: sqlite3.Connection) -> None:
        """Nothing to let go of."""

    def write(self, connection: sqlite3.Connection, batch: Batch) -> None:
        """Write a batch inside the transaction that is open."""
        connection.executemany(
            _INSERT,
            [
                (identity, batch.stream, batch.console, document.get("@timestamp"), dumps(document).decode())
                for identity, document in batch.documents
            ],
        )

    def present_in(
        self, connection: sqlite3.Connection, console: str, stream: str, ids: Sequence[str]
    ) -> frozenset[str]:
        """Those of `ids` whose documents are there."""
        rows = connection.execute(
            "SELECT id FROM documents WHERE (console, stream) = (?, ?) AND id IN (SELECT value FROM json_each(?))",
            (console, stream, dumps(ids)),
        )
        return frozenset(row[0] for row in rows)


def make_views(connection: sqlite3.Connection, views: Views) -> None:
    """Make every view as the tables say now; one that already is so stays untouched."""
    for name, view in views.items():
        text = view_text(name, view)
        row = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?", (name,)).fetchone()
        if row is None or row[0] != text:
            connection.execute(f'DROP VIEW IF EXISTS "{name}"')
            connection.execute(text)


def view_text(name: str, view: View) -> str:
    """The SQL that makes a view: time, the columns, `gone` where it is told, then console, id, the whole document."""
    extracted = "".join(
        f"    json_extract(document, '{_json_path(path)}') AS \"{column}\",\n" for column, path in view.columns
    )
    source = f"{_OF_THINGS} WHERE things.stream" if view.latest else "documents WHERE documents.stream"
    return (
        f'CREATE VIEW "{name}" AS SELECT\n    time,\n{extracted}{_GONE if view.latest else ""}'
        "    documents.console AS console,\n    documents.id AS id,\n    document\n"
        f"FROM {source} = '{view.stream}'"
    )


def _json_path(path: str) -> str:
    return "$." + ".".join(f'"{step}"' for step in path.split("."))
