"""How tests are shared out where several processes run them (`make test`), and what they hand on to commands."""

import os
import signal
import uuid
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from servers.postgresql import PostgresCluster
from tests.postgres import started_postgres

SERVICES = "tests/services/"
# Those of Kafka and PostgreSQL; the others ask search servers.
OF_CLUSTERS = tuple(f"{SERVICES}test_{name}" for name in ("cluster", "kafka", "postgresql", "workers"))
# Whatever takes long, in the order in which it begins, so that no process is left alone with it at the end.
LONG_FIRST = (SERVICES, "tests/acceptance/", "tests/unit/peers/", "tests/unit/test_fuzz.py", "tests/unit/standin/")


def pytest_configure() -> None:
    """Let Ctrl-C reach the commands that tests start, also where the tests run in the background of a shell.

    They are compiled once, also where the shell's own Python does not keep what it compiles. No example is timed: how
    long one takes is a matter of the machine.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep a file's tests in one process, and so all that share real servers.

    Marks of groups would say the same, but xdist 3.8 writes them to where pytest 9 does not read a test's name.
    """
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            if nodeid.startswith(SERVICES):
                return f"{SERVICES} {'clusters' if nodeid.startswith(OF_CLUSTERS) else 'search'}"
            return nodeid.partition("::")[0]

    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, first of all with the tests that share one real server."""
    items.sort(key=lambda item: next((n for n, long in enumerate(LONG_FIRST) if item.nodeid.startswith(long)), 99))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A PostgreSQL server; skip with the reason where none is installed. Tests that stop it start it again."""
    with started_postgres(fsync="off") as server:
        yield server


@pytest.fixture
def database_url(postgres: PostgresCluster) -> str:
    """The URL of an empty database of this test alone."""
    return postgres.create_database(f"test_{uuid.uuid4().hex}")
