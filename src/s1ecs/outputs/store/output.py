"""The default output: documents in the state database, with the rows that answer questions about them."""

import sqlite3
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import ClassVar

from s1ecs.outputs.output import Batch, Capabilities, Delivered, LookupMode
from s1ecs.outputs.store.prepare import prepare, prepare_missing
from s1ecs.outputs.store.rows import NumberedDocument, RowWriter, row_writer
from s1ecs.outputs.store.stream_table import StreamTables
from s1ecs.records import dumps
from s1ecs.state.output_marks import Mark
from s1ecs.state.sqlite.archive import archived_among
from s1ecs.state.sqlite.transaction import connection_of
from s1ecs.state.transaction import StateAccess, Transaction

_INSERT = "INSERT OR IGNORE INTO documents (id, stream, console, time, document) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Store:
    """Writes documents into the state database, with the rows of `tables`; the same id twice is one row."""

    access: StateAccess
    tables: StreamTables = field(default_factory=lambda: MappingProxyType({}))
    name: str = field(default="store", init=False)
    _writers: Mapping[str, RowWriter] = field(default_factory=dict, init=False, repr=False)
    capabilities: ClassVar = Capabilities(transactional=True, lookup=LookupMode.IDS)

    def __post_init__(self) -> None:
        """Make what writes the rows of each stream."""
        object.__setattr__(self, "_writers", {name: row_writer(table) for name, table in self.tables.items()})

    async def open(self, _mark: Mark) -> None:
        """Make the tables of the streams as they are to be."""
        await self.access.run(lambda transaction: prepare(connection_of(transaction), self.tables))

    async def deliver(self, batch: Batch) -> Delivered:
        """Insert a batch in the commit."""
        return Delivered(writes=[partial(insert, batch=batch, writer=self._writers.get(batch.stream))])

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


def insert(transaction: Transaction, batch: Batch, writer: RowWriter | None = None) -> None:
    """Insert the documents of a batch with their rows; one whose id is there stays as it is."""
    connection = connection_of(transaction)
    if writer is not None:
        # Another file may lie at the path since the store was opened, such as a backup.
        prepare_missing(connection, writer.table, writer.fingerprint)
    added = _added(connection, batch)
    if writer is None:
        deque(added, maxlen=0)
    else:
        writer.write(connection, added)


def _added(connection: sqlite3.Connection, batch: Batch) -> Iterator[NumberedDocument]:
    """Insert the documents; yield each that was not there."""
    for identity, document in batch.documents:
        time = document.get("@timestamp")
        values = (identity, batch.stream, batch.console, time, dumps(document).decode())
        cursor = connection.execute(_INSERT, values)
        if cursor.rowcount and cursor.lastrowid is not None:
            yield NumberedDocument(cursor.lastrowid, identity, batch.console, time, document)


def _present(transaction: Transaction, console: str, stream: str, ids: Sequence[str]) -> frozenset[str]:
    rows = connection_of(transaction).execute(
        "SELECT id FROM documents WHERE (console, stream) = (?, ?) AND id IN (SELECT value FROM json_each(?))",
        (console, stream, dumps(ids)),
    )
    return frozenset(row[0] for row in rows) | archived_among(connection_of(transaction), console, stream, ids)
