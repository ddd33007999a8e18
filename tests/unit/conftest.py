"""What every unit test begins with."""

from collections.abc import Iterator
from functools import cache

import httpx2
import pytest
import structlog

from s1ecs import masking


@pytest.fixture(scope="session", autouse=True)
def _authorities_read_once() -> Iterator[None]:
    """Read the system's authorities once for the clients of all tests: it takes 30 ms, and they never differ."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx2, "create_ssl_context", cache(httpx2.create_ssl_context))
        yield


@pytest.fixture(autouse=True)
def _no_secret_of_another_test() -> Iterator[None]:
    """Forget the secrets that a test told: they hold for a process, and its texts may be another test's."""
    masking.masked.forget()
    yield
    masking.masked.forget()


@pytest.fixture(autouse=True)
def _no_log_of_another_test() -> Iterator[None]:
    """Forget how a test set up the log: that holds for a process, too."""
    yield
    structlog.reset_defaults()
