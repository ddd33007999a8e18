"""The longest that anything is waited for that must come: far more than it takes, also on a slow, busy machine."""

import time
from collections.abc import Callable

# Seconds; less than the time limit of a test, so that a test can tell what did not come.
PATIENCE = 270


def eventually(holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)
