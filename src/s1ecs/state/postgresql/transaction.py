"""The PostgreSQL connection behind a transaction of the state."""

from typing import Any, cast

import psycopg

from s1ecs.state.transaction import Transaction

# Rows are tuples; what is in them is known where they are asked for.
PgConnection = psycopg.Connection[tuple[Any, ...]]


def connection_of(transaction: Transaction) -> PgConnection:
    """Return the connection whose transaction is open; only rooms that store something in this database ask for it."""
    return cast("PgConnection", transaction)
