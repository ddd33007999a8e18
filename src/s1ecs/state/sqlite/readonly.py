"""Reading the state beside whoever collects."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from s1ecs.state.sqlite.database import FILE_NAME, connect_for_reading, explained, is_there


@contextmanager
def reading(state_folder: Path, *tables: str) -> Iterator[sqlite3.Connection | None]:
    """Give the state database without any right to change it; raise StateError where it can't be read.

    None where there is no state yet, or it was written by an s1ecs that did not have these tables yet.
    """
    path = state_folder / FILE_NAME
    if not is_there(path):
        yield None
        return
    with closing(connect_for_reading(path)) as connection, explained(path):
        yield connection if has_tables(connection, *tables) else None


def has_tables(connection: sqlite3.Connection, *tables: str) -> bool:
    """Tell whether the database has all of these tables."""
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return there.issuperset(tables)
