"""How tests are shared out where several processes run them (`make test`), and what they hand on to commands."""

import signal
from pathlib import Path
from typing import Any

import pytest

SERVICES = "tests/services/"


def pytest_configure() -> None:
    """Let Ctrl-C reach the commands that tests start, also where the tests run in the background of a shell."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep a file's tests in one process, and so all that share one real server.

    Marks of groups would say the same, but xdist 3.8 writes them to where pytest 9 does not read a test's name.
    """
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return SERVICES if nodeid.startswith(SERVICES) else nodeid.partition("::")[0]

    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that share one real server: they take longest."""
    services = Path(__file__).parent / "services"
    items.sort(key=lambda item: not item.path.is_relative_to(services))
