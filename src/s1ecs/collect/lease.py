"""Lease of a feed's walks for as long as a process follows it, retried until no other process has it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from s1ecs.collect.feed import Feed
from s1ecs.errors import S1ecsError
from s1ecs.log_once import LogOnce

if TYPE_CHECKING:
    from s1ecs.state.leases import Tenure


class FeedLease:
    """The lease of a feed's walks; an obstacle is logged once, until it is another."""

    def __init__(self, feed: Feed, stack: AsyncExitStack, log: structlog.stdlib.BoundLogger) -> None:
        self._feed = feed
        self._stack = stack
        self._log = log
        self._tenure: Tenure | None = None
        self._logged = LogOnce()

    async def acquire(self) -> bool:
        """Tell whether the walks are ours, after trying once more if they were not; never raises."""
        if self._tenure is not None and not self._tenure.is_lost:
            return True
        self._tenure = None
        await self._stack.aclose()
        try:
            self._tenure = await self._stack.enter_async_context(self._feed.state.leases.held(self._feed.own_walks))
        except S1ecsError as error:
            if self._logged.changed(str(self._feed), str(error)):
                self._log.error(f"{error}; retried at each interval")
            return False
        if self._logged.over(str(self._feed)):
            self._log.info(f"{self._feed}: released by the other process, collecting starts")
        return True


@asynccontextmanager
async def leased(feed: Feed, log: structlog.stdlib.BoundLogger) -> AsyncIterator[FeedLease]:
    """Try to lease the feed's walks; they are released at the end."""
    async with AsyncExitStack() as stack:
        lease = FeedLease(feed, stack, log)
        await lease.acquire()
        yield lease
