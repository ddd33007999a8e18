"""What was delivered: the ids in each output, as often as they are there."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

Ids = Counter[str]


def in_store(state: Path, stream: str) -> Ids:
    """The ids that the stream's view shows; raise sqlite3.DatabaseError if the store is damaged."""
    database = state / "s1ecs.db"
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return Counter(row[0] for row in connection.execute(f'SELECT id FROM "{stream}"'))  # noqa: S608 - our own names


def damage(state: Path) -> str:
    """What SQLite finds wrong with the store; "ok" if nothing."""
    with closing(sqlite3.connect(state / "s1ecs.db")) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
