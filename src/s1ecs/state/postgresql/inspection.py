"""Facts about a server before it is used: version, rights of the user, clock. Nothing is changed."""

from dataclasses import dataclass
from datetime import datetime

from s1ecs.state.postgresql.explained import explained
from s1ecs.state.postgresql.migrations import MIGRATIONS
from s1ecs.state.postgresql.migrations.apply import check_usable, migrated
from s1ecs.state.postgresql.server import PostgresServer

# The oldest version that its makers still maintain, as of the first release with this state.
LEAST_VERSION = 13


@dataclass(frozen=True)
class ServerFacts:
    """Facts about a server and the state on it.

    `migration` is the number of the last migration, None without a state; `may_create` tells whether the user may make
    the schema, `owns` whether it owns the tables that are there. `now` is the server's time.
    """

    version: str
    number: int
    migration: int | None
    may_create: bool
    owns: bool
    standby: bool
    now: datetime

    @property
    def is_too_old(self) -> bool:
        """Tell whether the version is older than s1ecs supports."""
        return self.number < LEAST_VERSION

    @property
    def to_migrate(self) -> int:
        """The number of migrations that the next start applies."""
        return max(0, len(MIGRATIONS) - (self.migration or 0))


def inspect(server: PostgresServer) -> ServerFacts:
    """Ask a server; raise StateError where it can't be used."""
    with explained(server), server.connect() as connection:
        found = migrated(connection)
        check_usable(server, found)
        [(version, number, may_create, owns, standby, now)] = connection.execute(
            """
            SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,
                has_database_privilege(current_database(), 'CREATE'),
                coalesce((
                    SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class
                    WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r'
                ), true) AND coalesce(has_schema_privilege(to_regnamespace(%s)::oid, 'CREATE'), true),
                pg_is_in_recovery(), clock_timestamp()
            """,
            [f'"{server.schema}"', f'"{server.schema}"'],
        ).fetchall()
    return ServerFacts(version, number, None if found is None else found.last, may_create, owns, standby, now)
