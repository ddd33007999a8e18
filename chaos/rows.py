"""Rows of the store: built anew now and then amid the kills, and compared with the documents at the end."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.store.prepare import mark_outdated
from s1ecs.outputs.store.recount import differences
from s1ecs.state.sqlite.database import FILE_NAME

# Kills from one time to the next.
EVERY = 5


def have_made_anew(state: Path) -> None:
    """Have the next collector fill in all rows, as after an upgrade; nothing where there is no store yet."""
    with closing(sqlite3.connect(state / FILE_NAME)) as store, store:
        if store.execute("SELECT 1 FROM sqlite_master WHERE name = 'stream_tables'").fetchone():
            mark_outdated(store)


def wrong(state: Path) -> Iterator[str]:
    """Yield what is not as the documents say, and what SQLite finds wrong with the full-text index."""
    with closing(sqlite3.connect(state / FILE_NAME)) as store:
        yield from differences(store, store_tables())
        for table in store_tables().values():
            try:
                store.execute(f"INSERT INTO {table.words}({table.words}) VALUES ('integrity-check')")  # noqa: S608 - ours
            except sqlite3.DatabaseError as error:
                yield f"{table.words}: {error}"
