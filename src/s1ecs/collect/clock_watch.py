"""Consoles whose clock and ours disagree: warned of in the log, and kept in the state for `s1ecs status`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from s1ecs.collect.clock_difference import CURE, apart
from s1ecs.collect.feed import Feed
from s1ecs.settings.units import write_duration
from s1ecs.state.heartbeats import ConsoleClock

# Nodes of a console may disagree and answer in turn: the clock is right again once it was right for so long.
_RIGHT_AFTER = timedelta(minutes=5)
# The state is told anew when the difference changed by this much, or after so long.
_CHANGED_SECONDS = 2.0
_SAVED_EVERY = timedelta(minutes=10)


@dataclass
class _Seen:
    saved: ConsoleClock | None = None
    wrong_at: datetime | None = None


class ClockWatch:
    """Looks at a console's clock after each poll; one for all feeds of a process."""

    def __init__(self, log: structlog.stdlib.BoundLogger) -> None:
        self._log = log
        self._seen: dict[str, _Seen] = {}

    async def look(self, feed: Feed) -> None:
        """Warn once while the clocks disagree, and tell once that they agree again. Raises StateError."""
        ahead, now = feed.client.clock_difference, feed.client.clocks().ours
        if ahead is None:
            return
        seen = self._seen.setdefault(feed.console, _Seen())
        tolerance = feed.pace.clock_tolerance
        if abs(ahead) > tolerance.total_seconds():
            if seen.wrong_at is None:
                self._log.warning(
                    f"{feed.console}: the console's clock is {apart(ahead)} (tolerance {write_duration(tolerance)}). "
                    f"Collecting continues, but requests some records twice as often as needed; {CURE}",
                    console=feed.console,
                    ahead_seconds=ahead,
                )
            seen.wrong_at = now
        elif seen.wrong_at is not None and not timedelta(0) <= now - seen.wrong_at < _RIGHT_AFTER:
            self._log.info(f"{feed.console}: the console's clock and this machine's agree again", console=feed.console)
            seen.wrong_at = None
        saved, clock = seen.saved, ConsoleClock(ahead, now)
        if (
            saved is None
            or abs(saved.ahead - ahead) > _CHANGED_SECONDS
            or not timedelta(0) <= now - saved.learned < _SAVED_EVERY
        ):
            seen.saved = clock
            await feed.state.heartbeats.save_clock(feed.console, clock)
