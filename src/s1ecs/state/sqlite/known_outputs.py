"""The outputs that were there at the last start, in the state database."""

import sqlite3
from collections.abc import Sequence
from functools import partial

from s1ecs.state.sqlite.database import Database


class SqliteKnownOutputs:
    """The names of outputs in one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, names: Sequence[str], now: str) -> Sequence[str]:
        """Save the names, and return those that are new, if anything was collected before them."""
        return await self._database.run(partial(_note, names=names, now=now))


def _note(connection: sqlite3.Connection, names: Sequence[str], now: str) -> list[str]:
    known = {row[0] for row in connection.execute("SELECT name FROM outputs")}
    collected = connection.execute("SELECT 1 FROM checkpoints WHERE console <> '' LIMIT 1").fetchone() is not None
    connection.executemany("DELETE FROM outputs WHERE name = ?", [(name,) for name in known.difference(names)])
    connection.executemany("INSERT OR IGNORE INTO outputs (name, since) VALUES (?, ?)", [(name, now) for name in names])
    # A state of an earlier s1ecs knows none: whether they are new nobody can tell.
    return [name for name in names if name not in known] if known and collected else []
