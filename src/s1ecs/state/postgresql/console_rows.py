"""Consoles as rows in PostgreSQL."""

from psycopg.types.json import Jsonb

from s1ecs.state.console_rows import ConsoleRow, EditRows, RowsAtRevision, revised
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.readonly import reading
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.transaction import PgConnection

# One statement, so that the rows and their revision are of one moment.
_READ = """
SELECT at.revision, name, settings, tags, paused, row.revision
FROM console_rows_revision AS at LEFT JOIN console_rows AS row ON true ORDER BY name
"""
_SAVE = """
INSERT INTO console_rows (name, settings, tags, paused, revision) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET settings = excluded.settings, tags = excluded.tags, paused = excluded.paused,
    revision = excluded.revision
"""


class PostgresConsoleRows:
    """The consoles that a state in PostgreSQL keeps."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def revision(self) -> int:
        """Return the revision of the last change."""
        return await self._database.run(_revision)

    async def read(self) -> RowsAtRevision:
        """Return all rows."""
        return await self._database.run(_read)

    async def change(self, edit: EditRows) -> RowsAtRevision:
        """Save what `edit` makes of the rows."""

        def work(connection: PgConnection) -> RowsAtRevision:
            connection.execute("SELECT FROM console_rows_revision FOR UPDATE")
            before = _read(connection)
            after = revised(before, edit(before.rows))
            _save(connection, before, after)
            return after

        return await self._database.run(work)


def read_console_rows(server: PostgresServer) -> RowsAtRevision:
    """Return all rows without opening the state; none where it is older than they are, or is not there yet."""
    with reading(server) as connection:
        if connection is None or connection.execute("SELECT to_regclass('console_rows')").fetchone() == (None,):
            return RowsAtRevision(0, {})
        return _read(connection)


def _revision(connection: PgConnection) -> int:
    [(revision,)] = connection.execute("SELECT revision FROM console_rows_revision").fetchall()
    return int(revision)


def _read(connection: PgConnection) -> RowsAtRevision:
    found = connection.execute(_READ).fetchall()
    rows = {
        name: ConsoleRow(name, settings, frozenset(tags), paused, revision)
        for _, name, settings, tags, paused, revision in found
        if name is not None
    }
    return RowsAtRevision(int(found[0][0]), rows)


def _save(connection: PgConnection, before: RowsAtRevision, after: RowsAtRevision) -> None:
    removed = [name for name in before.rows if name not in after.rows]
    connection.execute("DELETE FROM console_rows WHERE name = ANY(%s)", [removed])
    changed = [
        (row.name, Jsonb(dict(row.values)), sorted(row.tags), row.paused, row.revision)
        for row in after.rows.values()
        if row.revision > before.revision
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_SAVE, changed)
    connection.execute("UPDATE console_rows_revision SET revision = %s", [after.revision])
