"""The documents of the store, piece by piece in the order in which they came, for an output that lacks them.

A checkpoint of its own says how far an output has them.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from s1ecs.outputs.output import Batch, Entity
from s1ecs.outputs.spool.queue import document_of
from s1ecs.records import dumps
from s1ecs.state.checkpoints import WalkName

_MOST_DOCUMENTS = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class StoreCursor(NamedTuple):
    """The last document that was given: its row, and its id, because compacting the store numbers rows anew."""

    row: int = 0
    id: str = ""


@dataclass(frozen=True)
class StorePiece:
    """Documents as batches, one for each console, namespace and stream, and the place behind them."""

    batches: Sequence[Batch]
    place: StoreCursor


def next_piece(
    connection: sqlite3.Connection, place: StoreCursor, streams: Sequence[str], now: datetime
) -> StorePiece | None:
    """The next documents of these streams (all, if empty) behind a place; None: there are no more.

    Those that are the latest state of an entity are told as that. Where the place is not what it was, it is the first
    piece: an output that is asked for what it holds gets nothing twice.
    """
    if place.row and not _is_there(connection, place):
        place = StoreCursor()
    rows = connection.execute(
        "SELECT documents.rowid, documents.id, documents.stream, documents.console, document, things.thing,"
        " consoles.born FROM documents LEFT JOIN things ON (things.console, things.stream, things.id)"
        " = (documents.console, documents.stream, documents.id) LEFT JOIN consoles ON consoles.name = documents.console"
        " WHERE documents.rowid > ?1 AND (?2 = '[]' OR documents.stream IN (SELECT value FROM json_each(?2)))"
        " ORDER BY documents.rowid LIMIT ?3",
        (place.row, dumps(list(streams)).decode(), _MOST_DOCUMENTS),
    ).fetchall()
    if not rows:
        return None
    documents: dict[tuple[str, str, str], dict[str, Mapping[str, Any]]] = {}
    things: dict[tuple[str, str, str], dict[str, Entity]] = {}
    for _, identity, stream, console, text, thing, born in rows:
        document = document_of(text)
        key = (console, _namespace(document), stream)
        documents.setdefault(key, {})[identity] = document
        if thing is not None:
            of = "" if born in {None, console} else born
            things.setdefault(key, {})[identity] = Entity(thing, _version(document, now), of)
    batches = [Batch(*key, list(found.items()), things.get(key, {})) for key, found in documents.items()]
    return StorePiece(batches, StoreCursor(rows[-1][0], rows[-1][1]))


def count_documents(connection: sqlite3.Connection, streams: Sequence[str]) -> int:
    """Count the documents of these streams (all, if empty) in the store."""
    [(count,)] = connection.execute(
        "SELECT count(*) FROM documents WHERE ?1 = '[]' OR stream IN (SELECT value FROM json_each(?1))",
        (dumps(list(streams)).decode(),),
    )
    return int(count)


def load_cursor(connection: sqlite3.Connection, walk: WalkName) -> StoreCursor:
    """Return how far a filling came; the beginning before its first piece."""
    row = connection.execute(
        "SELECT position FROM checkpoints WHERE (console, stream, walk) = (?, ?, ?)", walk
    ).fetchone()
    return StoreCursor() if row is None else StoreCursor(*orjson.loads(row[0]))


def save_cursor(connection: sqlite3.Connection, walk: WalkName, place: StoreCursor) -> None:
    """Save how far a filling came."""
    connection.execute(
        "INSERT OR REPLACE INTO checkpoints (console, stream, walk, position) VALUES (?, ?, ?, ?)",
        (*walk, orjson.dumps(list(place)).decode()),
    )


def _is_there(connection: sqlite3.Connection, place: StoreCursor) -> bool:
    row = connection.execute("SELECT id FROM documents WHERE rowid = ?", (place.row,)).fetchone()
    return row is not None and row[0] == place.id


def _namespace(document: Mapping[str, Any]) -> str:
    stream = document.get("data_stream")
    return str(stream.get("namespace", "default")) if isinstance(stream, Mapping) else "default"


def _version(document: Mapping[str, Any], now: datetime) -> int:
    """Since when the state is, as far as the document tells: never later than what collecting said of it."""
    try:
        moment = datetime.fromisoformat(str(document.get("@timestamp")))
    except ValueError:
        return 0
    return max(0, (min(moment, now) - _EPOCH) // timedelta(milliseconds=1))
