"""A real PostgreSQL server for a while, or a skip with the reason."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from servers.account import server_folder
from servers.postgresql import PostgresCluster, start_postgres
from servers.unavailable import Unavailable


@contextmanager
def started_postgres(**settings: str) -> Iterator[PostgresCluster]:
    """Start a server, and stop it in the end; skip where none is installed."""
    with server_folder() as folder:
        try:
            server = start_postgres(folder, **settings)
        except Unavailable as reason:
            pytest.skip(str(reason))
        try:
            yield server
        finally:
            server.stop()
