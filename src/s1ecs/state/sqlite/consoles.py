"""The consoles of the state database: the identity behind each name, and moving a state to another name."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import orjson

from s1ecs.state.consoles import KnownConsole
from s1ecs.state.sqlite.readonly import reading

# What is keyed by a console's name, but for documents: they may be many, and move by and by.
_TABLES = (
    "checkpoints",
    "seen",
    "things",
    "rounds",
    "items",
    "polls",
    "progress",
    "tokens",
    "backfilled",
    "actions",
    "archive_files",
)
_DOCUMENTS_AT_ONCE = 1_000


_COLUMNS = "name, born, address, ids, scope, moving"


def known_consoles(connection: sqlite3.Connection) -> list[KnownConsole]:
    """Return all consoles, by name."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM consoles ORDER BY name")  # noqa: S608 - names of ours
    return [
        KnownConsole(name, born, address, frozenset(orjson.loads(ids)), scope, moving)
        for name, born, address, ids, scope, moving in rows
    ]


def read_consoles(state_folder: Path) -> list[KnownConsole]:
    """Return all consoles, beside the collector; raise StateError if the state can't be read."""
    with reading(state_folder, "consoles") as connection:
        return [] if connection is None else known_consoles(connection)


def save_console(connection: sqlite3.Connection, console: KnownConsole) -> None:
    """Save the identity of a console."""
    connection.execute(
        f"INSERT OR REPLACE INTO consoles ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - names of ours
        (
            console.name,
            console.born,
            console.address,
            orjson.dumps(sorted(console.ids)).decode(),
            console.scope,
            console.moving,
        ),
    )


def names_with_state(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the consoles that something was collected from, known or not."""
    return frozenset(
        row[0] for row in connection.execute("SELECT DISTINCT console FROM checkpoints WHERE console <> ''")
    )


def walks_of(connection: sqlite3.Connection, name: str) -> list[tuple[str, str]]:
    """Return the walks of a console that have a checkpoint: (stream, walk)."""
    return connection.execute("SELECT stream, walk FROM checkpoints WHERE console = ?", (name,)).fetchall()


def rename_console(connection: sqlite3.Connection, old: KnownConsole, name: str) -> KnownConsole:
    """Move the state of a console to another name; its documents in the store are to be moved afterwards."""
    for table in _TABLES:
        connection.execute(f"UPDATE OR REPLACE {table} SET console = ? WHERE console = ?", (name, old.name))  # noqa: S608 - names of ours
    # An entity is known to search servers by the name under which it was first delivered.
    connection.execute(
        "UPDATE spooled SET console = ?1, about = CASE WHEN about IS NULL OR json_type(about, '$.console') IS NOT NULL"
        " THEN about ELSE json_set(about, '$.console', ?2) END WHERE console = ?3",
        (name, old.born, old.name),
    )
    connection.execute("DELETE FROM consoles WHERE name = ?", (old.name,))
    renamed = replace(old, name=name, moving=old.name)
    save_console(connection, renamed)
    return renamed


def move_documents(connection: sqlite3.Connection, old: str, name: str) -> int:
    """Give some of the documents of the store the console's new name; return how many there were."""
    cursor = connection.execute(
        "UPDATE OR REPLACE documents SET console = ?1 WHERE rowid IN"
        " (SELECT rowid FROM documents WHERE console = ?2 LIMIT ?3)",
        (name, old, _DOCUMENTS_AT_ONCE),
    )
    return cursor.rowcount
