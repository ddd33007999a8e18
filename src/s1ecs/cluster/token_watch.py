"""Expiry of the tokens of all consoles, each requested by one worker at a time, beside its polls."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

from s1ecs.cluster.exclusive import Upkeep
from s1ecs.collect.feed import Feed
from s1ecs.collect.upkeep.token_expiry import TOKENS_AGAIN, TOKENS_EVERY, current_expiry
from s1ecs.errors import S1ecsError
from s1ecs.state.heartbeats import TokenExpiry


class TokenWatch:
    """Keeps what the state knows of tokens up to date; `tell` is told of each expiry that this worker comes to know."""

    def __init__(self, clock: Callable[[], datetime], tell: Callable[[str, datetime], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._next: dict[str, datetime] = {}
        self._known: Mapping[str, TokenExpiry] = {}
        self._read: datetime | None = None

    async def look(self, feed: Feed) -> None:
        """Request the expiry of the token of a feed's console if that is due; errors show in its streams."""
        now = self._clock()
        if now < self._next.get(feed.console, now):
            return
        self._next[feed.console] = now + TOKENS_AGAIN
        with suppress(S1ecsError):
            async with feed.state.leases.held([Upkeep("token", feed.console)]):
                token = await self._learned(feed, now)
            self._next[feed.console] = max(token.learned + TOKENS_EVERY, now + TOKENS_AGAIN)
            if token.expires is not None:
                self._tell(feed.console, token.expires)

    async def _learned(self, feed: Feed, now: datetime) -> TokenExpiry:
        # All at once: there is a row for each console.
        if self._read is None or now - self._read >= TOKENS_AGAIN:
            self._known, self._read = await feed.state.heartbeats.tokens(), now
        known = self._known.get(feed.console)
        return await current_expiry(feed.console, feed.client, feed.state.heartbeats, known, self._clock)
