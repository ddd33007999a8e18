"""The console's clock: it begins at a given moment and runs on from there."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

StandinClock = Callable[[], datetime]


def running(start: datetime, monotonic: Callable[[], float] = time.monotonic) -> StandinClock:
    """Return a clock that shows `start` now, in UTC, and goes on from there, whatever the machine's clock does."""
    began = monotonic()
    start = start.astimezone(UTC)
    return lambda: start + timedelta(seconds=monotonic() - began)
