"""Rate limits of a console that hold for all workers together: requests are reserved in the state, a few at a time."""

import asyncio
from collections import deque
from collections.abc import Callable

from s1ecs.sentinelone.rate_limits import SHARE, Rate
from s1ecs.state.rate_buckets import RateBuckets, RateKey

# Requests are reserved for so many seconds at most.
_AHEAD_SECONDS = 0.5
# One that is late by more than the burst allows is not made: its turn has passed. Below this the event loop is late.
_LEAST_LATE = 0.02


class SharedBucket:
    """Allowance of all workers for the paths under one limit, as one process draws from it.

    `identity` tells whose limit it is, the token's, whenever requests are reserved.
    """

    def __init__(self, rate: Rate, buckets: RateBuckets, identity: Callable[[], str]) -> None:
        self._rate = rate
        self._per_second = rate.per_second * SHARE
        self._late = min(_AHEAD_SECONDS, max(_LEAST_LATE, (rate.burst - SHARE) / self._per_second))
        self._buckets = buckets
        self._identity = identity
        self._turn = asyncio.Lock()
        self._waiting = 0
        # Times of the loop's clock: of reserved requests, and of those that were made lately.
        self._reserved: deque[float] = deque()
        self._made: deque[float] = deque(maxlen=max(1, int(self._per_second * _AHEAD_SECONDS)))
        self._pause: asyncio.Task[None] | None = None

    async def acquire(self) -> None:
        """Wait until one more request may be made."""
        clock = asyncio.get_running_loop().time
        self._waiting += 1
        try:
            async with self._turn:
                await asyncio.sleep(await self._next() - clock())
                self._made.append(clock())
        finally:
            self._waiting -= 1

    def pause(self, seconds: float) -> None:
        """Hold the requests of all workers back."""
        self._reserved.clear()
        # A whole burst would be let through at its end: the console said that it is too much.
        late = seconds + (self._rate.burst - 1) / self._per_second
        self._pause = asyncio.create_task(self._buckets.pause(self._key, late))

    @property
    def _key(self) -> RateKey:
        return RateKey(self._identity(), self._rate.prefix)

    async def _next(self) -> float:
        """Return when the next request may be made, by the loop's clock."""
        clock = asyncio.get_running_loop().time
        if self._pause is not None:
            pause, self._pause = self._pause, None
            await pause
        while self._reserved:
            time = self._reserved.popleft()
            if clock() - time < self._late:
                return time
        number = self._needed(clock())
        first = await self._buckets.reserve(self._key, number, per_second=self._per_second, burst=self._rate.burst)
        # Later than when it was reserved, so that nothing is early.
        now = clock()
        self._reserved.extend(now + max(0.0, first + each / self._per_second) for each in range(number))
        return self._reserved.popleft()

    def _needed(self, now: float) -> int:
        """Requests to reserve: those that wait, and as many more as were made lately."""
        lately = sum(now - time < _AHEAD_SECONDS for time in self._made)
        return max(1, min(max(self._waiting, lately), int(self._per_second * _AHEAD_SECONDS)))
