"""Documents that stand in a store as the collector puts them there, for tests of what reads it."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import insert, prepare
from s1ecs.outputs.store.rows import row_writer
from s1ecs.state.sqlite.database import FILE_NAME, connect


@contextmanager
def open_store(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open or make the store of a state folder, with its views."""
    with closing(connect(folder / FILE_NAME)) as connection:
        prepare(connection, store_tables())
        yield connection


def put(
    connection: sqlite3.Connection, stream: str, identity: str, document: Mapping[str, Any], console: str = "default"
) -> None:
    """Store a document."""
    insert(connection, Batch(console, "default", stream, [(identity, document)]), row_writer(store_tables()[stream]))
