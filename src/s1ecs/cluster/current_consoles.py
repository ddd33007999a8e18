"""Consoles that are to be collected now: read again every few seconds, so that a change is picked up by all workers."""

import asyncio
from collections.abc import Callable, Collection, Mapping

import structlog

from s1ecs.bootstrap.console_rows import ConsoleSource, KeptConsoles
from s1ecs.log_once import LogOnce
from s1ecs.settings import ConsoleSettings, Settings
from s1ecs.state.console_rows import ConsoleRows
from s1ecs.state.status import Key

_REFRESH_SECONDS = 5.0


class CurrentConsoles:
    """The consoles of the settings and the rows; consoles that can't be collected are logged when that changes."""

    def __init__(
        self, settings: Settings, rows: ConsoleRows, clock: Callable[[], float], log: structlog.stdlib.BoundLogger
    ) -> None:
        self._source = ConsoleSource(settings)
        self._rows = rows
        self._clock = clock
        self._log = log
        self._logged = LogOnce()
        self._reading = asyncio.Lock()
        self._read_at = float("-inf")
        self._kept = KeptConsoles(settings, settings)
        # What was made of which of them: there may be ten thousand.
        self._streams: Collection[Key] = ()
        self._streams_of: KeptConsoles | None = None
        self._named: Mapping[str, ConsoleSettings] = {}
        self._named_of: KeptConsoles | None = None

    async def kept(self) -> KeptConsoles:
        """Return the consoles; raise StateError while the state is away."""
        async with self._reading:
            if self._clock() - self._read_at >= _REFRESH_SECONDS:
                kept = await self._source.read(self._rows)
                self._read_at = self._clock()
                if kept is not self._kept:
                    self._kept = kept
                    self._log_faults(kept.settings)
        return self._kept

    async def streams(self) -> Collection[Key]:
        """Return the streams that are to be polled: the same object as long as nothing changed."""
        kept = await self.kept()
        if kept is not self._streams_of:
            settings, self._streams_of = kept.settings, kept
            self._streams = {
                Key(console.name, stream) for console in settings.consoles for stream in settings.enabled(console)
            }
        return self._streams

    async def named(self, name: str) -> tuple[Settings, ConsoleSettings | None]:
        """Return the settings, and the console of that name, if it is to be collected."""
        kept = await self.kept()
        if kept is not self._named_of:
            self._named, self._named_of = {console.name: console for console in kept.settings.consoles}, kept
        return kept.settings, self._named.get(name)

    def _log_faults(self, settings: Settings) -> None:
        for name, fault in settings.console_faults.items():
            if self._logged.changed(name, fault):
                self._log.error(f"{name}: not collected: {fault}", console=name)
        for console in settings.consoles:
            if self._logged.over(console.name):
                self._log.info(f"{console.name}: collected again", console=console.name)
