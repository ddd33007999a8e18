"""The store, the default output: documents in the state database, with a view per stream for whoever asks with SQL."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from s1ecs.outputs.output import Batch
from s1ecs.records import dumps

# A view's name -> its columns: (name, field of the document).
Views = Mapping[str, Sequence[tuple[str, str]]]

_INSERT = "INSERT OR IGNORE INTO documents (id, stream, console, time, document) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Store:
    """Writes documents into the state database; the same id twice is one row."""

    name: str = field(default="store", init=False)

    def write(self, connection: sqlite3.Connection, batch: Batch) -> None:
        """Write a batch inside the transaction that is open."""
        connection.executemany(
            _INSERT,
            [
                (identity, batch.stream, batch.console, document.get("@timestamp"), dumps(document).decode())
                for identity, document in batch.documents
            ],
        )


def make_views(connection: sqlite3.Connection, views: Views) -> None:
    """Make every stream's view as its table says now; a view that already is so stays untouched."""
    for name, columns in views.items():
        text = view_text(name, columns)
        row = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?", (name,)).fetchone()
        if row is None or row[0] != text:
            connection.execute(f'DROP VIEW IF EXISTS "{name}"')
            connection.execute(text)


def view_text(name: str, columns: Sequence[tuple[str, str]]) -> str:
    """The SQL that makes a view: time, the columns, then console, id and the whole document."""
    extracted = "".join(
        f"    json_extract(document, '{_json_path(path)}') AS \"{column}\",\n" for column, path in columns
    )
    return (
        f'CREATE VIEW "{name}" AS SELECT\n    time,\n{extracted}    console,\n    id,\n    document\n'
        f"FROM documents WHERE stream = '{name}'"
    )


def _json_path(path: str) -> str:
    return "$." + ".".join(f'"{step}"' for step in path.split("."))
