"""Server, database and schema of the state, as they are connected to and as they stand in errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from s1ecs.errors import StateError
from s1ecs.masking import hide

DEFAULT_SCHEMA = "s1ecs"
# What libpq calls its secrets.
_SECRETS = ("password", "sslpassword")
# A server that vanished is noticed within half a minute, whatever the system's own limits are.
_DEFAULTS: Mapping[str, str | int] = {
    "application_name": "s1ecs",
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
# A statement of ours takes milliseconds; a transaction that nobody ends, because its process is paused, is ended.
_SESSION: Mapping[str, str] = {
    "TimeZone": "UTC",
    "statement_timeout": "60s",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "default_transaction_isolation": "read committed",
}


@dataclass(frozen=True)
class PostgresServer:
    """Place of the state: a libpq URL, and the schema of its tables. Its text has no secret."""

    url: str = field(repr=False)
    schema: str = DEFAULT_SCHEMA

    @cached_property
    def options(self) -> Mapping[str, str | int]:
        """Parameters of the connection; raise StateError if the URL has none that libpq knows."""
        try:
            given = conninfo_to_dict(self.url)
        except psycopg.ProgrammingError as error:
            # What libpq says may repeat a part of the URL.
            text = str(error).partition(":")[0].strip()
            raise StateError(f"setting 'state': not a PostgreSQL URL ({text}); postgresql://USER@HOST/NAME") from None
        hide([str(given[key]) for key in _SECRETS if given.get(key)])
        return {**_DEFAULTS, **{key: value for key, value in given.items() if value is not None}}

    def __str__(self) -> str:
        """Return it as it stands in logs and errors."""
        given = self.options
        host = str(given.get("host") or "local socket")
        port = f":{given['port']}" if given.get("port") and "," not in host else ""
        return f"PostgreSQL {host}{port}/{given.get('dbname') or given.get('user') or ''}"

    def connect(self) -> psycopg.Connection:
        """Open a connection in which every statement is a transaction of its own, unless BEGIN says otherwise.

        Its unqualified names are of the schema. Raises psycopg.Error.
        """
        connection = psycopg.connect(autocommit=True, **self.options)  # type: ignore[arg-type] # of libpq
        try:
            settings = {**_SESSION, "search_path": sql.Identifier(self.schema).as_string(connection)}
            connection.execute(
                sql.SQL("SELECT ") + sql.SQL(", ").join(sql.SQL("set_config(%s, %s, false)") for _ in settings),
                [each for setting in settings.items() for each in setting],
            )
        except BaseException:
            connection.close()
            raise
        return connection
