"""Documents that stand in a store as the collector puts them there, for tests of what reads it."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from s1ecs.bootstrap.collector import views
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import insert, make_views
from s1ecs.state.sqlite.database import FILE_NAME, connect


@contextmanager
def open_store(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open or make the store of a state folder, with its views."""
    with closing(connect(folder / FILE_NAME)) as connection:
        make_views(connection, views())
        yield connection


def put(
    connection: sqlite3.Connection, stream: str, identity: str, document: Mapping[str, Any], console: str = "default"
) -> None:
    """Store a document."""
    insert(connection, Batch(console, "default", stream, [(identity, document)]))
