"""A fresh state database with the tables of all streams, and documents as the streams' mappers make them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.store import prepare
from s1ecs.state.sqlite.database import connect


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A fresh state database with the tables of all streams."""
    with closing(connect(tmp_path / "s1ecs.db")) as opened:
        prepare(opened, store_tables())
        yield opened
