"""Retention while collecting: the steps of pruning, one by one between commits, down to the limits of the settings."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from s1ecs.errors import S1ecsError
from s1ecs.log_once import LogOnce
from s1ecs.settings import Settings
from s1ecs.state.retention import Keep, PruneCursor, Retention, Stopwatch
from s1ecs.timestamps import earlier, time_text

# As long as a step takes, so that at least half of the time is for collecting.
_PAUSE_SECONDS = 0.02
_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Pruned:
    """The result of a pass: the number of removed documents, and the bytes still in use after a complete pass."""

    removed: int
    used: int | None


def keep_of(settings: Settings) -> Keep:
    """Return the limits in the settings of the store output; none if there is no such output, or it has an archive.

    Days leave for the archive before they would be removed: what is still there waits for it.
    """
    for output in settings.outputs:
        if output.type == "store" and output.values.get("archive") is None:
            return Keep(output.values.get("keep_days"), output.values.get("keep_size"))
    return Keep()


async def prune(store: Retention, keep: Keep, now: datetime, stop: asyncio.Event, clock: Stopwatch) -> Pruned:
    """Go through the documents once, remove those beyond the limits, and return the space to the disk.

    Raise StateError; what was removed before stays removed.
    """
    before = None if keep.days is None else earlier(time_text(now), timedelta(days=keep.days))
    place: PruneCursor | None = PruneCursor()
    removed = 0
    while place is not None and not stop.is_set():
        stepped = await store.prune_step(place, before, keep.size, clock)
        removed, place = removed + stepped.removed, stepped.place
        await asyncio.sleep(_PAUSE_SECONDS)
    used = await store.used_bytes() if place is None else None
    more = True
    while more and not stop.is_set():
        more = await store.give_back(clock)
        await asyncio.sleep(_PAUSE_SECONDS)
    return Pruned(removed, used)


class StoreRetention:
    """Retention of the store; a problem is logged once."""

    def __init__(
        self, keep: Keep, *, now: Callable[[], datetime], clock: Stopwatch, log: structlog.stdlib.BoundLogger
    ) -> None:
        self._keep = keep
        self._now = now
        self._clock = clock
        self._log = log
        self._logged = LogOnce()

    async def once(self, store: Retention, stop: asyncio.Event) -> None:
        """Prune until the store is within its limits; an error is logged, never raised."""
        if self._keep.everything:
            return
        try:
            pruned = await prune(store, self._keep, self._now(), stop, self._clock)
        except S1ecsError as error:
            self._warn("error", f"the store was not pruned: {error}")
            return
        if pruned.removed:
            self._log.info(f"removed the {pruned.removed} oldest documents from the store", removed=pruned.removed)
        if self._keep.size is not None and pruned.used is not None and pruned.used > self._keep.size:
            self._warn(
                "size",
                f"the store needs {pruned.used} bytes, more than keep_size: the rest is the latest state of "
                "inventories, documents without @timestamp and data that s1ecs requires; increase keep_size",
            )
        else:
            self._logged.over("store")

    async def until(self, store: Retention, stop: asyncio.Event, every: timedelta = _EVERY) -> None:
        """Prune at once and then every few minutes, until `stop` is set."""
        while not self._keep.everything and not stop.is_set():
            await self.once(store, stop)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every.total_seconds())

    def _warn(self, cause: str, text: str) -> None:
        if self._logged.changed("store", cause):
            self._log.warning(text)
