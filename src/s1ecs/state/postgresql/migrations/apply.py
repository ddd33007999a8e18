"""Migrations applied to a database: by one process at a time, or refused where the database is newer."""

from typing import NamedTuple

from psycopg import sql

from s1ecs.errors import StateTooNew
from s1ecs.state.postgresql.migrations import MIGRATIONS
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.transaction import PgConnection

_TABLE = """
CREATE TABLE IF NOT EXISTS migrations (
    number integer PRIMARY KEY,
    subject text NOT NULL,
    adds_only boolean NOT NULL,
    applied timestamptz NOT NULL DEFAULT now()
)
"""


class Migrated(NamedTuple):
    """The number of the last migration of a database, and of the last one that does not only add."""

    last: int = 0
    least: int = 0


def migrated(connection: PgConnection) -> Migrated | None:
    """Return how far a database is migrated; None: it has no state."""
    if connection.execute("SELECT to_regclass('migrations')").fetchone() in {None, (None,)}:
        return None
    [row] = connection.execute(
        "SELECT coalesce(max(number), 0), coalesce(max(number) FILTER (WHERE NOT adds_only), 0) FROM migrations"
    ).fetchall()
    return Migrated(*row)


def migrate(server: PostgresServer, connection: PgConnection) -> None:
    """Apply what is missing, in one transaction; raise StateTooNew where the database can't be used by this version."""
    found = migrated(connection)
    check_usable(server, found)
    if found is not None and found.last >= len(MIGRATIONS):
        return
    with connection.transaction():
        # Another process may be at it, and a large table takes its time.
        connection.execute(
            "SELECT set_config(name, '0', true) FROM unnest(ARRAY['lock_timeout', 'statement_timeout']) AS name"
        )
        connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"s1ecs migrations of {server.schema}"])
        # Not by IF NOT EXISTS, for which a user must have the right to create schemas, too.
        if connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [server.schema]).fetchone() is None:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(server.schema)))
        connection.execute(_TABLE)
        found = migrated(connection)  # once more: another process may just have done it
        check_usable(server, found)
        last = 0 if found is None else found.last
        for number, migration in enumerate(MIGRATIONS[last:], last + 1):
            for statement in migration.statements:
                connection.execute(statement.encode())
            connection.execute(
                "INSERT INTO migrations (number, subject, adds_only) VALUES (%s, %s, %s)",
                [number, migration.subject, migration.adds_only],
            )


def check_usable(server: PostgresServer, found: Migrated | None) -> None:
    """Raise StateTooNew where a database has a migration that this version does not know and that does not only add."""
    if found is not None and found.least > len(MIGRATIONS):
        raise StateTooNew(
            f"{server}: schema {server.schema} was migrated by a newer s1ecs (to {found.last}; this s1ecs knows "
            f"{len(MIGRATIONS)} and can't work with {found.least}); install that version or newer; nothing was changed"
        )
