"""Consoles that a worker has open: each is opened when it is polled, and again when its settings change."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import islice

from s1ecs.collect.feed import Feed
from s1ecs.settings import ConsoleSettings, Settings

# Opens a console of the settings: gives its feeds by stream.
OpenFeeds = Callable[[Settings, ConsoleSettings], AbstractAsyncContextManager[dict[str, Feed]]]
# Gives the settings as they are now, with the console of a name; None if it is not to be collected.
FindConsole = Callable[[str], Awaitable[tuple[Settings, ConsoleSettings | None]]]


@dataclass
class _Opened:
    console: ConsoleSettings
    feeds: dict[str, Feed]
    context: AbstractAsyncContextManager[dict[str, Feed]]
    users: int = 0


class OpenConsoles:
    """Consoles by name; of those that nobody uses the `most` that were used last stay open."""

    def __init__(self, find: FindConsole, opener: OpenFeeds, most: int) -> None:
        self._find = find
        self._opener = opener
        self._most = most
        # In the order of their last use.
        self._opened: dict[str, _Opened] = {}
        # Those whose settings changed while they were in use.
        self._former: list[_Opened] = []
        self._opening: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def using(self, name: str) -> AsyncIterator[dict[str, Feed]]:
        """Give the feeds of a console; none if the settings have it no longer."""
        opened = await self._open(name)
        if opened is None:
            yield {}
            return
        try:
            yield opened.feeds
        finally:
            opened.users -= 1
            await self._close_unused()

    async def close(self) -> None:
        """Close all."""
        for opened in [*self._opened.values(), *self._former]:
            await opened.context.__aexit__(None, None, None)
        self._opened.clear()
        self._former.clear()

    async def _open(self, name: str) -> _Opened | None:
        async with self._opening.setdefault(name, asyncio.Lock()):
            settings, console = await self._find(name)
            known = self._opened.pop(name, None)
            if known is not None and known.console != console:
                self._former.append(known)
                known = None
            if console is None:
                return None
            if known is None:
                context = self._opener(settings, console)
                known = _Opened(console, await context.__aenter__(), context)
            self._opened[name] = known
            known.users += 1
            return known

    async def _close_unused(self) -> None:
        idle = (each for each in self._opened.values() if not each.users)
        surplus = list(islice(idle, max(0, len(self._opened) - self._most)))
        for opened in surplus:
            del self._opened[opened.console.name]
        gone = [each for each in self._former if not each.users]
        self._former = [each for each in self._former if each.users]
        for opened in (*surplus, *gone):
            await opened.context.__aexit__(None, None, None)
