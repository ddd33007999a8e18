"""Metadata of the state database."""

import sqlite3
import uuid
from functools import partial

from s1ecs.state.sqlite.database import Database


async def collector_id(database: Database) -> str:
    """Return the id of the collector, made at first use; it becomes `agent.id`."""
    return await database.run(partial(_value, name="collector_id", first=str(uuid.uuid4())))


def _value(connection: sqlite3.Connection, name: str, first: str) -> str:
    connection.execute("INSERT OR IGNORE INTO about (name, value) VALUES (?, ?)", (name, first))
    return str(connection.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()[0])
