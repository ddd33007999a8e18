"""Holding a feed's walks for as long as a process follows it, tried for until nobody else does."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from s1ecs.collect.feed import Feed
from s1ecs.errors import S1ecsError


class Hold:
    """A feed's walks, held or not yet; what stands in the way is said once, until it is something else."""

    def __init__(self, feed: Feed, stack: AsyncExitStack, log: structlog.stdlib.BoundLogger) -> None:
        self._feed = feed
        self._stack = stack
        self._log = log
        self._held = False
        self._said = ""

    async def taken(self) -> bool:
        """Whether the walks are ours, after trying once more if they were not; never raises."""
        if self._held:
            return True
        try:
            await self._stack.enter_async_context(self._feed.checkpoints.held(self._feed.own_walks))
        except S1ecsError as error:
            if str(error) != self._said:
                self._log.error(f"{error}; tried again at each interval")
            self._said = str(error)
            return False
        if self._said:
            self._log.info(f"{self._feed}: free now, collected from here on")
        self._held = True
        return True


@asynccontextmanager
async def holding(feed: Feed, log: structlog.stdlib.BoundLogger) -> AsyncIterator[Hold]:
    """Try to hold the feed's walks; they are let go at the end."""
    async with AsyncExitStack() as stack:
        hold = Hold(feed, stack, log)
        await hold.taken()
        yield hold
