"""Rate limits: SentinelOne's published limits per token, a bucket for each token and path."""

import math
import time
from collections.abc import Callable
from typing import NamedTuple


class Limit(NamedTuple):
    """Paths below `prefix` may be asked `burst` times at once and `rate` times a second in the long run."""

    prefix: str
    rate: float
    burst: float


LIMITS = (
    Limit("/activities", 10, 30),
    # Published is a burst of 1; we let 5 through, as several collectors behind one address share it.
    Limit("/agents", 25, 5),
    Limit("/application-management/inventory", 3, 1),
    Limit("/remote-scripts", 1, 30),
    # Published is 2/s with a burst of 1, and of 5 for the user. Commands ask for them as they start, and in tests many
    # start one after the other with one token.
    Limit("/system/status", 2, 20),
    # Published is 30 a minute with a burst of 1; here too, as commands of one token come one after the other.
    Limit("/threat-intelligence", 0.5, 5),
    Limit("/threats", 10, 50),
    # What lies below the id of one threat.
    Limit("/threats/{threat_id}", 100, 1000),
    Limit("/user", 2, 20),
    Limit("/users", 40, 80),
)
# Not published for the rest; other connectors keep to 10 a second. The burst is ours.
_OTHER = Limit("", 10, 20)


class Buckets:
    """The token buckets of all callers."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        # Of each caller and prefix or path: how many requests are left, and when that was so.
        self._left: dict[tuple[str, str], tuple[float, float]] = {}

    def wait(self, caller: str, path: str) -> int:
        """Take a request from the bucket; return 0, or the whole seconds to wait where it is empty."""
        limit = limit_of(path)
        # Paths that no row is about do not share a bucket.
        bucket = caller, limit.prefix or path
        now = self._monotonic()
        left, then = self._left.get(bucket, (limit.burst, now))
        left = min(limit.burst, left + (now - then) * limit.rate)
        if left < 1:
            self._left[bucket] = (left, now)
            return math.ceil((1 - left) / limit.rate)
        self._left[bucket] = (left - 1, now)
        return 0


def limit_of(path: str) -> Limit:
    """Return the limit of a path; that of the longest prefix."""
    fitting = [limit for limit in LIMITS if path == limit.prefix or path.startswith(limit.prefix + "/")]
    return max(fitting, key=lambda limit: len(limit.prefix), default=_OTHER)
