"""Expiry of the tokens of all consoles, each requested by one worker at a time, beside its polls."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from s1ecs.cluster.exclusive import Upkeep
from s1ecs.collect.feed import Feed
from s1ecs.errors import S1ecsError
from s1ecs.sentinelone.access import token_expiry
from s1ecs.state.heartbeats import TokenExpiry

_EVERY = timedelta(hours=6)
_AGAIN = timedelta(minutes=10)


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
        self._next[feed.console] = now + _AGAIN
        with suppress(S1ecsError):
            async with feed.state.leases.held([Upkeep("token", feed.console)]):
                token = await self._learned(feed, now)
            self._next[feed.console] = max(token.learned + _EVERY, now + _AGAIN)
            if token.expires is not None:
                self._tell(feed.console, token.expires)

    async def _learned(self, feed: Feed, now: datetime) -> TokenExpiry:
        # All at once: there is a row for each console.
        if self._read is None or now - self._read >= _AGAIN:
            self._known, self._read = await feed.state.heartbeats.tokens(), now
        token = self._known.get(feed.console)
        if token is None or not timedelta(0) <= now - token.learned < _EVERY:
            token = TokenExpiry(await token_expiry(feed.client), now)
            await feed.state.heartbeats.save_token(feed.console, token)
        return token
