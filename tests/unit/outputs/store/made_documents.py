"""Documents of every stream, made by the product's own mappers from the stand-in's records, and their batches."""

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import cycle
from typing import Any

from bench import records
from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.ecs.layouts import LAYOUTS
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store.output import insert
from s1ecs.outputs.store.recount import differences
from s1ecs.outputs.store.rows import row_writer
from s1ecs.records import record_from_line
from s1ecs.streams import stream_in


@cache
def documents(stream: str, count: int = 12) -> Sequence[tuple[str, dict[str, Any]]]:
    """Some documents of a stream, with made-up ids, of each layout by turns."""
    mappers = cycle([stream_in(stream, layout).mapper() for layout in LAYOUTS])
    mapped = (next(mappers).map(record_from_line(line)).document for line in records.lines(stream, count))
    return [(f"{stream}-{number}", document) for number, document in enumerate(mapped)]


def store(
    connection: sqlite3.Connection, stream: str, *, count: int = 12, console: str = "default", rows: bool = True
) -> None:
    """Store documents of a stream; without `rows` as an s1ecs did that had none."""
    writer = row_writer(store_tables()[stream]) if rows else None
    insert(connection, Batch(console, "default", stream, documents(stream, count)), writer)


def wrong(connection: sqlite3.Connection) -> list[str]:
    """Differences between the documents and what stands beside them."""
    return [*differences(connection, store_tables())]
