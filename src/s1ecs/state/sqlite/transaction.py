"""The SQLite connection behind a transaction of the state."""

import sqlite3
from typing import cast

from s1ecs.state.transaction import Transaction


def connection_of(transaction: Transaction) -> sqlite3.Connection:
    """Return the connection whose transaction is open; only rooms that store something in this database ask for it."""
    return cast("sqlite3.Connection", transaction)
