"""Retention while collecting: the store's steps, one by one between commits, until it keeps what the settings say."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import structlog

from s1ecs.errors import S1ecsError
from s1ecs.outputs.retention import Clock, Keep, Place, give_back, prune_step, used_bytes
from s1ecs.settings import Settings
from s1ecs.times import earlier, time_text

# As long as a step takes, so that at least half of the time is for collecting.
_PAUSE_SECONDS = 0.02
_EVERY = timedelta(minutes=5)


class Ask(Protocol):
    """Does something with the state database, in a transaction of its own between two commits."""

    def __call__(self, question: Callable[[sqlite3.Connection], Any], /) -> Awaitable[Any]:
        """What the question gave."""


@dataclass(frozen=True)
class Pruned:
    """What a pass did: how many documents it removed; `used` are the bytes that are still used after a whole pass."""

    removed: int
    used: int | None


def keep_of(settings: Settings) -> Keep:
    """What the settings of the store output say; everything where there is no such output."""
    for output in settings.outputs:
        if output.type == "store":
            return Keep(output.values.get("keep_days"), output.values.get("keep_size"))
    return Keep()


async def prune(ask: Ask, keep: Keep, now: datetime, stop: asyncio.Event, clock: Clock) -> Pruned:
    """Look through the documents once, remove what is not to be kept, and give the room back to the disk.

    Raise StateError; what was removed before stays removed.
    """
    before = None if keep.days is None else earlier(time_text(now), timedelta(days=keep.days))
    place: Place | None = Place()
    removed = 0
    while place is not None and not stop.is_set():
        stepped = await ask(partial(prune_step, place=place, before=before, size=keep.size, clock=clock))
        removed, place = removed + stepped.removed, stepped.place
        await asyncio.sleep(_PAUSE_SECONDS)
    used = await ask(used_bytes) if place is None else None
    more = True
    while more and not stop.is_set():
        more = await ask(partial(give_back, clock=clock))
        await asyncio.sleep(_PAUSE_SECONDS)
    return Pruned(removed, used)


class Retention:
    """What the store keeps, held to; what stands in the way is said once."""

    def __init__(
        self, keep: Keep, *, now: Callable[[], datetime], clock: Clock, log: structlog.stdlib.BoundLogger
    ) -> None:
        self._keep = keep
        self._now = now
        self._clock = clock
        self._log = log
        self._warned = ""

    async def once(self, ask: Ask, stop: asyncio.Event) -> None:
        """Prune until the store keeps what it is to keep; an error is logged, never raised."""
        if self._keep.everything:
            return
        try:
            pruned = await prune(ask, self._keep, self._now(), stop, self._clock)
        except S1ecsError as error:
            self._warn("error", f"the store was not pruned: {error}")
            return
        if pruned.removed:
            self._log.info(f"the store let go of its {pruned.removed} oldest documents", removed=pruned.removed)
        if self._keep.size is not None and pruned.used is not None and pruned.used > self._keep.size:
            self._warn(
                "size",
                f"the store needs {pruned.used} bytes, more than keep_size: what is left is the latest state of "
                "inventories, documents without @timestamp and what s1ecs must remember; set keep_size higher",
            )
        else:
            self._warned = ""

    async def until(self, ask: Ask, stop: asyncio.Event, every: timedelta = _EVERY) -> None:
        """Prune at once and then every few minutes, until `stop` is set."""
        while not self._keep.everything and not stop.is_set():
            await self.once(ask, stop)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every.total_seconds())

    def _warn(self, cause: str, text: str) -> None:
        if cause != self._warned:
            self._log.warning(text)
        self._warned = cause
