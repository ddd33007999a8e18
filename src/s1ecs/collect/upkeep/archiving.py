"""The archive of the store beside collecting: passes now and then, and one line for each problem."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import structlog

from s1ecs.counted import counted
from s1ecs.errors import S1ecsError, WalkTaken
from s1ecs.log_once import LogOnce
from s1ecs.settings import Settings
from s1ecs.state.checkpoints import WalkName

if TYPE_CHECKING:
    from s1ecs.collect.upkeep.archive import Archive, Archived

_LEASE = WalkName("", "store", "archive")
# Documents that come late for a day share a file, so that a day has few of them.
_EVERY = timedelta(hours=1)
_AFTER_TROUBLE = timedelta(minutes=5)


class ArchiveRule(NamedTuple):
    """The archive of the settings: its folder, and how long after their end days go there."""

    folder: Path
    after: timedelta


def archive_rule(settings: Settings) -> ArchiveRule | None:
    """Return the archive in the settings of the store output; None if there is none."""
    for output in settings.outputs:
        if output.type == "store" and output.values.get("archive") is not None:
            return ArchiveRule(output.values["archive"], output.values["after"])
    return None


@dataclass
class StoreArchiving:
    """Archiving of the store by a rule; a problem is logged once."""

    archive: "Archive"
    after: timedelta
    now: Callable[[], datetime]
    log: structlog.stdlib.BoundLogger

    def __post_init__(self) -> None:
        self._logged = LogOnce()

    async def once(self, stop: asyncio.Event) -> bool:
        """Archive the days that are due; an error is logged, never raised. Return False if it is to be tried again."""
        try:
            async with self.archive.state.leases.held([_LEASE]):
                result = await self.archive.archive(self.now() - self.after, stop)
        except WalkTaken:
            return True  # another process of this state archives
        except S1ecsError as error:
            self._warn("", f"the store was not archived: {error}")
            return False
        self._say(result)
        return True

    async def until(self, stop: asyncio.Event) -> None:
        """Archive at once and then every hour, after a problem sooner, until `stop` is set."""
        while not stop.is_set():
            every = _EVERY if await self.once(stop) else _AFTER_TROUBLE
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every.total_seconds())

    def _say(self, result: "Archived") -> None:
        self._logged.over("")
        if result.removed:
            moved = counted(result.removed, "document", grouped=True)
            days = counted(result.days, "day")
            self.log.info(f"moved {moved} of {days} into the archive {self.archive.folder}", archived=result.removed)
        for trouble in result.troubles:
            self._warn(str(trouble), f"the archive: {trouble}")

    def _warn(self, subject: str, text: str) -> None:
        if self._logged.changed(subject, text):
            self.log.warning(text)
