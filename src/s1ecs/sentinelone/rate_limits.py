"""Rate limits per path: SentinelOne's published limits per API token, as data."""

import asyncio
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from aiolimiter import AsyncLimiter

_MINUTE = 60.0
_HOUR = 3600.0
_ID = re.compile(r"[0-9]+")


class Rate(NamedTuple):
    """Limit of all paths below `prefix`: `burst` at once, `per_second` in the long run. `{id}` is a decimal id."""

    prefix: str
    per_second: float
    burst: float


RATES = (
    Rate("/activities", 10, 30),
    Rate("/agents", 25, 1),
    Rate("/threats", 10, 50),
    Rate("/threats/{id}/...", 100, 1000),
    Rate("/accounts", 100, 10),
    Rate("/sites", 100, 10),
    Rate("/application-management/inventory", 3, 1),
    Rate("/application-management/scan", 1 / (8 * _HOUR), 1),
    Rate("/assets", 10_000, 10_000),
    Rate("/cloud-detection/rules", 30 / _MINUTE, 1),
    Rate("/cloud-funnel", 2, 10),
    Rate("/cloudonboarding", 30, 100),
    Rate("/cloudsecurity", 25, 100),
    Rate("/cnapp", 25, 100),
    Rate("/detection-library/rules", 30 / _MINUTE, 1),
    Rate("/dv/events/pq", 4, 1),
    Rate("/dv/events/pq-ping", 4, 1),
    Rate("/dv/init-query", 1 / _MINUTE, 1),
    Rate("/dv/query-status", 1, 1),
    Rate("/exclusions", 25, 25),
    Rate("/export", 1, 30),
    Rate("/hyper-automate/api", 60, 1),
    Rate("/identity", 50, 100),
    Rate("/licenses", 10, 5),
    Rate("/ranger-ad", 50, 100),
    Rate("/rbac", 50, 100),
    Rate("/remote-ops", 1, 5),
    Rate("/remote-scripts", 1, 30),
    Rate("/service-users", 5, 10),
    Rate("/singularity-marketplace", 5, 20),
    Rate("/system/status", 2, 1),
    Rate("/tag-manager", 1, 50),
    Rate("/threat-intelligence", 30 / _MINUTE, 1),
    Rate("/update/agent/download", 2 / _MINUTE, 1),
    Rate("/upgrade-policy", 1, 50),
    Rate("/upload", 1, 5),
    Rate("/user", 2, 5),
    Rate("/user-groups", 15, 50),
    Rate("/users", 40, 80),
    Rate("/users/login", 1, 1),
    Rate("/webhook", 150, 1),
    Rate("/xdr", 25, 1),
)

# What SentinelOne publishes no limit for; other connectors ask 10 to 25 times a second there.
DEFAULT = Rate("", 10, 10)


# Requests that leave in time arrive in time only on the average; a console counts arrivals.
SHARE = 0.9


class Allowance(Protocol):
    """Allowance of the paths under one limit."""

    async def acquire(self) -> None:
        """Wait until the limit, and a pause that the console asked for, let one more request through."""

    def pause(self, seconds: float) -> None:
        """Hold all requests back for `seconds`: the console asked one of them to wait."""


class Bucket:
    """Allowance of one process for the paths under one limit; each request takes its turn."""

    def __init__(self, rate: Rate) -> None:
        self.limiter = AsyncLimiter(rate.burst, rate.burst / (rate.per_second * SHARE))
        self._turn = asyncio.Lock()
        self._pauses: set[asyncio.TimerHandle] = set()
        self._open = asyncio.Event()
        self._open.set()

    async def acquire(self) -> None:
        """Wait until the limit, and a pause that the console asked for, let one more request through."""
        async with self._turn:
            await self._open.wait()
            await self.limiter.acquire()

    def pause(self, seconds: float) -> None:
        """Hold all requests back for `seconds`: the console asked one of them to wait."""
        self._open.clear()

        def end() -> None:
            self._pauses.discard(pause)
            if not self._pauses:
                self._open.set()

        pause = asyncio.get_running_loop().call_later(seconds, end)
        self._pauses.add(pause)


class RateLimits:
    """One bucket for each prefix; a path draws from the bucket of its longest prefix.

    `longest_pause` bounds what a console may ask for, in seconds; `bucket` makes a bucket, by default one that counts
    the requests of this process alone.
    """

    def __init__(
        self,
        rates: Iterable[Rate] = RATES,
        default: Rate = DEFAULT,
        *,
        longest_pause: float = 60.0,
        bucket: Callable[[Rate], Allowance] = Bucket,
    ) -> None:
        self._default = default
        self._longest_pause = longest_pause
        self._make = bucket
        # Longest first, so that the first that fits is the longest.
        self._rates = sorted(((_segments(rate.prefix), rate) for rate in rates), key=lambda entry: -len(entry[0]))
        self._buckets: dict[str, Allowance] = {}

    def rate(self, path: str) -> Rate:
        """Return the limit that holds for `path`, such as `/threats/225494730938493804/notes`."""
        segments = _segments(path)
        for pattern, rate in self._rates:
            if _fits(pattern, segments):
                return rate
        return self._default

    def bucket(self, path: str) -> Allowance:
        """Return the bucket to draw from before `path` is asked."""
        rate = self.rate(path)
        if rate.prefix not in self._buckets:
            self._buckets[rate.prefix] = self._make(rate)
        return self._buckets[rate.prefix]

    def pause(self, path: str, seconds: float) -> None:
        """Hold back everything under the path's limit for `seconds`."""
        if pause := min(seconds, self._longest_pause):
            self.bucket(path).pause(pause)


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _fits(pattern: list[str], segments: list[str]) -> bool:
    return len(segments) >= len(pattern) and all(
        part in (segment, "...") or (part == "{id}" and _ID.fullmatch(segment) is not None)
        for part, segment in zip(pattern, segments, strict=False)
    )
