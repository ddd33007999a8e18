"""Outdated tables of the store: put aside at once, and removed in small steps, because that takes long."""

import sqlite3

from s1ecs.outputs.store.stream_table import StreamTable, quoted

_PREFIX = "discarded"
_ROWS_AT_ONCE = 100


def discard(connection: sqlite3.Connection, table: StreamTable) -> None:
    """Put the tables of a stream aside under names that no stream has."""
    [(number,)] = connection.execute("SELECT count(*) FROM sqlite_master WHERE name GLOB ?", (f"{_PREFIX}_*",))
    for name in (table.rows, table.words):
        if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone():
            indices = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (name,)
            ).fetchall()
            for (index,) in indices:
                connection.execute(f"DROP INDEX {quoted(index)}")
            connection.execute(f"ALTER TABLE {quoted(name)} RENAME TO {quoted(f'{_PREFIX}_{number}_{name}')}")


def remove_some(connection: sqlite3.Connection) -> bool:
    """Remove some rows of what was put aside; tell whether there was anything."""
    row = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB ?1 || '_*'"
        " AND (name GLOB '*_rows' OR name GLOB '*_words') LIMIT 1",
        (_PREFIX,),
    ).fetchone()
    if row is None:
        return False
    name = quoted(row[0])
    removed = connection.execute(
        f"DELETE FROM {name} WHERE rowid IN (SELECT rowid FROM {name} LIMIT {_ROWS_AT_ONCE})"
    ).rowcount
    if removed < _ROWS_AT_ONCE:
        connection.execute(f"DROP TABLE {name}")
    return True
