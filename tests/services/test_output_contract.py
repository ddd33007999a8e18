"""The contract of outputs, held against real Elasticsearch and OpenSearch."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from s1ecs.outputs.output import Batch, Output
from s1ecs.state.sqlite.database import Database
from servers.running import Running
from tests.contract.outputs import OutputContract, Subject
from tests.services.searching import Between, Rig, rigged


class SearchSubject(Subject):
    """A search server that may be silent for a while."""

    def __init__(self, database: Database, rig: Rig) -> None:
        self.rig = rig
        self.ways: list[Between] = []
        super().__init__(database)

    def another(self) -> Output:
        """Make it, with connections of its own."""
        self.ways.append(self.rig.server())
        return self.rig.output(self.ways[-1])

    def batch(self, *names: str) -> Batch:
        """Make a batch for the server's template."""
        return self.rig.batch(*names)

    async def contents(self) -> list[str]:
        """Read all backing indices."""
        return [identity for identity, count in self.rig.copies().items() for _ in range(count)]

    @asynccontextmanager
    async def broken(self) -> AsyncIterator[None]:
        """Let no request through."""
        for way in self.ways:
            way.gone = True
        yield
        for way in self.ways:
            way.gone = False


@pytest.fixture
async def subject(search_server: Running, namespace: str, tmp_path: Path) -> AsyncIterator[Subject]:
    """Each server, with a namespace of the test's own."""
    database = await Database.open(tmp_path)
    async with rigged(search_server, namespace) as rig:
        yield SearchSubject(database, rig)
    await database.close()


class TestSearchOutputs(OutputContract):
    """Both of them."""
