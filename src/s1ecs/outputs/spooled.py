"""The documents that wait in the state database for an output that does not take them now: the table's rows."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import orjson

from s1ecs.errors import OutputError
from s1ecs.outputs.output import Batch, Thing
from s1ecs.records import dumps, exact_or, read
from s1ecs.state.reading import reading

# What is read, and given to an output, at once.
_MOST_DOCUMENTS = 1_000
_MOST_BYTES = 5_000_000


class Waiting(NamedTuple):
    """How many documents wait for an output, and the bytes of their JSON."""

    documents: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Piece:
    """The first documents that wait, as one batch, and their rows: (number, id)."""

    batch: Batch
    rows: Sequence[tuple[int, str]]


def waiting_for(connection: sqlite3.Connection, output: str) -> Waiting:
    """What waits for an output; costs the same however much it is."""
    row = connection.execute("SELECT documents, bytes FROM spools WHERE output = ?", (output,)).fetchone()
    return Waiting() if row is None else Waiting(*row)


def waits_since(connection: sqlite3.Connection, output: str) -> datetime | None:
    """When the first of the documents that wait was spooled, by this machine's clock; None: nothing waits."""
    row = connection.execute("SELECT time FROM spooled WHERE output = ? ORDER BY number LIMIT 1", (output,)).fetchone()
    return None if row is None else datetime.fromisoformat(row[0])


def waiting_outputs(connection: sqlite3.Connection) -> list[str]:
    """The outputs that something waits for, by name."""
    return [row[0] for row in connection.execute("SELECT output FROM spools WHERE documents > 0 ORDER BY output")]


class Spooled(NamedTuple):
    """What waits for an output, and since when, by this machine's clock."""

    output: str
    waiting: Waiting
    since: datetime


def read_spools(state_folder: Path) -> list[Spooled]:
    """What waits for which output, for whoever reads beside the collector; raise StateError where it can't be read."""
    with reading(state_folder, "spools") as connection:
        if connection is None:
            return []
        # One look at it all, so that what is drained meanwhile is in both or in none.
        connection.execute("BEGIN")
        found = [
            (name, waiting_for(connection, name), waits_since(connection, name)) for name in waiting_outputs(connection)
        ]
    return [Spooled(name, waiting, since) for name, waiting, since in found if since is not None]


def append(connection: sqlite3.Connection, batch: Batch, *, output: str, size: int, time: datetime) -> None:
    """Put a batch behind what waits; raise OutputError where more than `size` bytes of documents would wait then.

    Where nothing waits a batch of any size is let in: else one larger than `size` could only ever go straight to an
    output that takes it in time, and collecting would stand still behind one that is well but slow.
    """
    written = [(identity, dumps(document)) for identity, document in batch.documents]
    waiting = waiting_for(connection, output)
    if waiting.documents and waiting.bytes + sum(len(text) for _, text in written) > size:
        raise OutputError(
            f"{output}: its spool is full (spill_size), so collecting waits until the output takes documents again; "
            "mend the output, or set a larger spill_size to go on collecting meanwhile"
        )
    of = (batch.console, batch.namespace, batch.stream)
    connection.executemany(
        "INSERT INTO spooled (output, console, namespace, stream, id, document, about, bytes, time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (output, *of, identity, text.decode(), _about(batch.things.get(identity)), len(text), time.isoformat())
            for identity, text in written
        ],
    )


def first_piece(connection: sqlite3.Connection, output: str) -> Piece | None:
    """The first documents that wait, in order: of one feed, no id twice, some megabytes at most; None: none waits."""
    rows = connection.execute(
        "SELECT number, id, document, about, bytes, console, namespace, stream FROM spooled WHERE output = ?"
        " ORDER BY number LIMIT ?",
        (output, _MOST_DOCUMENTS),
    )
    belongs: tuple[str, str, str] | None = None
    documents = {}
    things = {}
    numbers = []
    total = 0
    for number, identity, text, about, length, *of in rows:
        total += length
        if belongs is not None and (belongs != tuple(of) or identity in documents or total > _MOST_BYTES):
            break
        belongs = (of[0], of[1], of[2])
        documents[identity] = _document(text)
        if about is not None:
            things[identity] = Thing.from_about(orjson.loads(about))
        numbers.append((number, identity))
    rows.close()
    return None if belongs is None else Piece(Batch(*belongs, list(documents.items()), things), numbers)


def remove(connection: sqlite3.Connection, output: str, piece: Piece) -> None:
    """Take a piece out of what waits.

    By number and id: where an older copy of the database was put back meanwhile, other documents may bear the numbers.
    """
    connection.executemany(
        "DELETE FROM spooled WHERE (number, id, output) = (?, ?, ?)", [(*row, output) for row in piece.rows]
    )


def among_waiting(
    connection: sqlite3.Connection, output: str, feed: tuple[str, str, str], ids: Sequence[str]
) -> frozenset[str]:
    """Those of `ids` whose documents wait for the output; `feed` is console, namespace, stream."""
    rows = connection.execute(
        "SELECT id FROM spooled WHERE id IN (SELECT value FROM json_each(?))"
        " AND (output, console, namespace, stream) = (?, ?, ?, ?)",
        (dumps(ids), output, *feed),
    )
    return frozenset(row[0] for row in rows)


def _about(thing: Thing | None) -> str | None:
    return None if thing is None else dumps(thing.about).decode()


def _document(text: str) -> dict[str, object]:
    """The document as it was, numbers as they were written."""
    written = text.encode()
    value, _ = read(written)
    document: dict[str, object] = value if dumps(value) == written else exact_or(value, written)
    return document
