"""The store, the default output: documents in the state database, with views for queries in SQL."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from s1ecs.outputs.output import Batch, Capabilities, Delivered, LookupMode
from s1ecs.records import dumps
from s1ecs.state.output_marks import Mark
from s1ecs.state.sqlite.archive import archived_among
from s1ecs.state.sqlite.transaction import connection_of
from s1ecs.state.transaction import StateAccess, Transaction


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

    access: StateAccess
    name: str = field(default="store", init=False)
    capabilities: ClassVar = Capabilities(transactional=True, lookup=LookupMode.IDS)

    async def open(self, _mark: Mark) -> None:
        """Prepare nothing: the tables belong to the state database."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Insert a batch in the commit."""
        return Delivered(writes=[partial(insert, batch=batch)])

    async def present(
        self, console: str, _namespace: str, stream: str, ids: Sequence[str], *, for_now: bool = False
    ) -> frozenset[str]:
        """Return those of `ids` whose documents are there, or in the archive."""
        del for_now  # the store is never slow for long
        return await self.access.run(partial(_present, console=console, stream=stream, ids=ids))

    async def check(self) -> None:
        """Do nothing: nothing is ever due."""

    async def close(self) -> None:
        """Release nothing."""


def insert(transaction: Transaction, batch: Batch) -> None:
    """Insert the documents of a batch; one whose id is there stays as it is."""
    connection_of(transaction).executemany(
        _INSERT,
        [
            (identity, batch.stream, batch.console, document.get("@timestamp"), dumps(document).decode())
            for identity, document in batch.documents
        ],
    )


def _present(transaction: Transaction, console: str, stream: str, ids: Sequence[str]) -> frozenset[str]:
    rows = connection_of(transaction).execute(
        "SELECT id FROM documents WHERE (console, stream) = (?, ?) AND id IN (SELECT value FROM json_each(?))",
        (console, stream, dumps(ids)),
    )
    return frozenset(row[0] for row in rows) | archived_among(connection_of(transaction), console, stream, ids)


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
