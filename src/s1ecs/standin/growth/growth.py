"""Pace of growth: changes per minute of the console's clock, stream by stream in turn."""

from datetime import datetime, timedelta

from s1ecs.standin import invent
from s1ecs.standin.clock import StandinClock
from s1ecs.standin.console import COUNTS, StandinConsole
from s1ecs.standin.growth.changes import CHANGES, Change, Make

_IN_TURN = tuple(change for changes in CHANGES.values() for change in changes)
# Below /web/api/v2.1, for bursts; longer paths first.
_STREAMS = (
    ("/activities", "activity"),
    ("/agents", "agent"),
    ("/groups", "group"),
    ("/threats", "threat"),
    ("/cloud-detection/alerts", "alert"),
    ("/application-management/inventory", "application"),
    ("/application-management/risks", "application_risk"),
    ("/unifiedalerts/graphql", "unified_alert"),
)


class Growth:
    """The console's growth; the same seed, rate and clock make the same changes, whenever one looks.

    Bursts and a rate that is set while it runs are changes of their own; what comes after them is as they make it.
    """

    def __init__(self, console: StandinConsole, clock: StandinClock, per_minute: float = 0.0) -> None:
        self._console = console
        self._clock = clock
        self._per_minute = per_minute
        self._last = console.organisation.now
        self._turn = 0
        self._number = 0
        self._is_begun = False

    def catch_up(self) -> None:
        """Make the changes whose moment has come, those of response actions too."""
        self._console.actions.agenda.catch_up()
        if not self._per_minute:
            return
        between = timedelta(minutes=1 / self._per_minute)
        now = self._clock()
        while self._last + between <= now:
            self._last += between
            self._turn += 1
            self._make(_IN_TURN[self._turn % len(_IN_TURN)], self._last)

    def set(self, per_minute: float) -> None:
        """Grow at another rate from now on; at 0 not at all."""
        self.catch_up()
        self._per_minute = per_minute
        self._last = max(self._last, self._clock())

    @property
    def per_minute(self) -> float:
        """Changes per minute."""
        return self._per_minute

    def burst(self, path: str, records: int, minutes: float = 0) -> bool:
        """Make so many records of one moment in the stream of that path; return False if no stream is there.

        The moment is now, by a clock that is so many minutes ahead.
        """
        stream = next((name for prefix, name in _STREAMS if path == prefix or path.startswith(prefix + "/")), None)
        if stream is None:
            return False
        self.catch_up()
        moment = self._clock() + timedelta(minutes=minutes)
        for _ in range(records):
            self._make(CHANGES[stream][0], moment)
        return True

    def _make(self, change: Make, moment: datetime) -> None:
        if not self._is_begun:
            # Whatever is made of the organisation when it is first asked for is made of it as it was.
            for count in COUNTS.values():
                count(self._console)
            self._is_begun = True
        self._number += 1
        random = invent.source(self._console.organisation.seed, "growth", self._number)
        change(self._console, Change(self._number, moment, random))
