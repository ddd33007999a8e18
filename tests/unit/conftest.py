"""What every unit test begins with."""

from collections.abc import Iterator

import pytest
import structlog

from s1ecs import masking


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
