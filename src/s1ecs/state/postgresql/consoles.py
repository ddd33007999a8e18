"""The consoles of a state in PostgreSQL: the identity behind each name, and moving a state to another name."""

from collections.abc import Sequence
from dataclasses import replace

import orjson
from psycopg import sql

from s1ecs.state.consoles import ConsoleNames, KnownConsole
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.transaction import PgConnection

# What is keyed by a console's name, with the rest of the key.
_TABLES = {
    "checkpoints": ("stream", "walk"),
    "seen": ("stream", "id"),
    "entities": ("stream", "entity"),
    "rounds": ("stream",),
    "items": ("stream", "item"),
    "polls": ("stream",),
    "progress": ("stream",),
    "tokens": (),
    "clocks": (),
    "backfilled": ("stream", "id", "walk"),
}
_COLUMNS = "name, born, address, ids, scope, moving"


class PostgresConsoles:
    """The consoles of one schema."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def names(self) -> ConsoleNames:
        """Return the consoles that the state knows, and those that were collected."""
        return await self._database.run(
            lambda connection: ConsoleNames(read_consoles(connection), names_with_state(connection))
        )

    async def save(self, console: KnownConsole) -> None:
        """Save the identity of a console."""
        await self._database.run(lambda connection: _save(connection, console))

    async def walks_of(self, name: str) -> Sequence[tuple[str, str]]:
        """Return the walks of a console that have a checkpoint."""
        return await self._database.run(
            lambda connection: connection.execute(
                "SELECT stream, walk FROM checkpoints WHERE console = %s ORDER BY stream, walk", [name]
            ).fetchall()
        )

    async def rename(self, old: KnownConsole, name: str) -> KnownConsole:
        """Move the state of a console to another name in one commit."""
        return await self._database.run(lambda connection: _rename(connection, old, name))

    async def move_documents(self, _old: str, _name: str) -> int:
        """Return 0: there are no documents."""
        return 0


def read_consoles(connection: PgConnection) -> list[KnownConsole]:
    """Return all consoles, by name."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM consoles ORDER BY name")
    return [
        KnownConsole(name, born, address, frozenset(ids), scope, moving)
        for name, born, address, ids, scope, moving in rows
    ]


def names_with_state(connection: PgConnection) -> frozenset[str]:
    """Return the consoles that something was collected from, known or not."""
    rows = connection.execute("SELECT DISTINCT console FROM checkpoints WHERE console <> ''")
    return frozenset(row[0] for row in rows)


def _save(connection: PgConnection, console: KnownConsole) -> None:
    connection.execute(
        f"INSERT INTO consoles ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (name) DO UPDATE"
        " SET born = excluded.born, address = excluded.address, ids = excluded.ids, scope = excluded.scope,"
        " moving = excluded.moving",
        [console.name, console.born, console.address, sorted(console.ids), console.scope, console.moving],
    )


def _rename(connection: PgConnection, old: KnownConsole, name: str) -> KnownConsole:
    names = {"name": name, "old": old.name}
    for table, key in _TABLES.items():
        rest = sql.SQL(" AND ").join(
            [sql.SQL("true"), *(sql.SQL("replaced.{0} = moved.{0}").format(sql.Identifier(each)) for each in key)]
        )
        replaced = sql.SQL(
            "DELETE FROM {table} AS replaced USING {table} AS moved"
            " WHERE replaced.console = %(name)s AND moved.console = %(old)s AND {rest}"
        )
        connection.execute(replaced.format(table=sql.Identifier(table), rest=rest), names)
        moved = sql.SQL("UPDATE {} SET console = %(name)s WHERE console = %(old)s")
        connection.execute(moved.format(sql.Identifier(table)), names)
    connection.execute("UPDATE actions SET console = %(name)s WHERE console = %(old)s", names)
    _rename_waiting(connection, old, name)
    connection.execute("DELETE FROM consoles WHERE name = %(old)s", names)
    renamed = replace(old, name=name, moving=old.name)
    _save(connection, renamed)
    return renamed


def _rename_waiting(connection: PgConnection, old: KnownConsole, name: str) -> None:
    """Rename what waits: an entity is known to search servers by the name under which it was first delivered."""
    connection.execute("UPDATE spooled SET console = %s WHERE console = %s AND about IS NULL", [name, old.name])
    rows = connection.execute("SELECT number, about FROM spooled WHERE console = %s", [old.name]).fetchall()
    for number, about in rows:
        told = orjson.dumps({"console": old.born, **orjson.loads(about)}).decode()
        connection.execute("UPDATE spooled SET console = %s, about = %s WHERE number = %s", [name, told, number])
