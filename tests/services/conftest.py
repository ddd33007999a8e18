"""Real Elasticsearch and OpenSearch: each started at most once a session, or skipped with the reason."""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from servers.account import server_folder
from servers.archives import Kind
from servers.kafka import KafkaBroker, start_kafka
from servers.kafka_programs import kafka_programs
from servers.postgresql import PostgresCluster
from servers.running import Running, start
from servers.unavailable import Unavailable
from tests.acceptance.conftest import Commands
from tests.postgres import started_postgres
from tests.unit.outputs.search.authority import Authority

SetUp = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Time tests by themselves: a fixture may have to fetch a server first, which has a limit of its own."""
    for item in items:
        if "/services/" in item.nodeid and not any(item.iter_markers("timeout")):
            item.add_marker(pytest.mark.timeout(600, func_only=True))


@contextmanager
def started(kind: Kind, **options: Any) -> Iterator[Running]:
    """Start a server, and stop it in the end; skip where there is none."""
    with server_folder() as folder:
        try:
            server = start(kind, folder, **options)
        except Unavailable as reason:
            pytest.skip(str(reason))
        try:
            yield server
        finally:
            server.kill()


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[Running]:
    """An Elasticsearch that asks for no login."""
    with started("elasticsearch") as server:
        yield server


@pytest.fixture(scope="session")
def opensearch() -> Iterator[Running]:
    """An OpenSearch."""
    with started("opensearch") as server:
        yield server


@pytest.fixture(scope="session")
def secured_elasticsearch() -> Iterator[Running]:
    """An Elasticsearch that asks for a login; `user` and `password` are one of a superuser."""
    with started("elasticsearch", user="tester", password="a-password-for-tests") as server:
        yield server


@pytest.fixture(scope="session")
def kafka_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority of the certificates of the Kafka broker and of its users."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> Iterator[KafkaBroker]:
    """A Kafka broker; its listener with TLS shows a certificate, and wants one."""
    with server_folder() as folder:
        try:
            kafka_programs()
            made: Authority = request.getfixturevalue("kafka_authority")
            broker = start_kafka(folder, certificate=made.own, key=made.key, authority=made.certificate)
        except Unavailable as reason:
            pytest.skip(str(reason))
        try:
            yield broker
        finally:
            broker.kill()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A PostgreSQL server that tests may stop and start."""
    with started_postgres() as server:
        yield server


@pytest.fixture
def database(postgres: PostgresCluster) -> str:
    """The URL of an empty database."""
    return postgres.create_database(f"test_{uuid.uuid4().hex}")


@pytest.fixture(scope="session")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> SetUp:
    """Runs `s1ecs setup --yes` for these servers, for each of them once a session: one process serves all tests."""
    done: set[str] = set()

    def run(*servers: Running) -> None:
        due = [server for server in servers if server.url not in done]
        if due:
            outputs = [{"type": server.kind, "hosts": [server.url]} for server in due]
            Commands(tmp_path_factory.mktemp("setup")).ok("setup", "--yes", S1ECS_OUTPUTS=json.dumps(outputs))
            done.update(server.url for server in due)

    return run


@pytest.fixture(params=["elasticsearch", "opensearch"])
def search_server(request: pytest.FixtureRequest) -> Running:
    """Each of the two servers, one after the other."""
    server: Running = request.getfixturevalue(request.param)
    return server


@pytest.fixture
def namespace(request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace of the test's own, so that one server serves all tests; its data streams are removed in the end."""
    name = re.sub(r"[^a-z0-9]+", "_", request.node.name.lower()).strip("_")[-80:]
    asked = {"search_server", "elasticsearch", "opensearch"} & set(request.fixturenames)
    servers: list[Running] = [request.getfixturevalue(each) for each in sorted(asked)]
    yield name
    for server in servers:
        # What a test leaves makes each later change of the cluster slower. Where it left no server, nothing is there.
        with suppress(OSError):
            server.answer("DELETE", f"/_data_stream/*-{name}")
