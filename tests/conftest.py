"""How tests are shared out where several processes run them (`make test`), and what they hand on to commands."""

import signal
from pathlib import Path

import pytest


def pytest_configure() -> None:
    """Let Ctrl-C reach the commands that tests start, also where the tests run in the background of a shell."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process, and so all that share one real server; these take longest and begin first."""
    if not config.pluginmanager.has_plugin("xdist"):
        return
    services = Path(__file__).parent / "services"
    for item in items:
        room = "services" if item.path.is_relative_to(services) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(room))
    items.sort(key=lambda item: not item.path.is_relative_to(services))
