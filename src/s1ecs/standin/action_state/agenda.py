"""Agenda of events to come at the console, by its clock."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from s1ecs.standin.clock import StandinClock

# Is given the moment at which it was to happen.
Happen = Callable[[datetime], None]


class Agenda:
    """Things to come, each at its moment; of one moment in the order in which they were put down."""

    def __init__(self, clock: StandinClock) -> None:
        self._clock = clock
        self._numbers = count()
        self._to_come: list[tuple[datetime, int, Happen]] = []

    def after(self, seconds: float, happen: Happen, *, since: datetime | None = None) -> None:
        """Schedule it so many seconds after now, or after `since`."""
        moment = (since or self._clock()) + timedelta(seconds=seconds)
        heapq.heappush(self._to_come, (moment, next(self._numbers), happen))

    def catch_up(self) -> None:
        """Run everything that is due, and what it leads to."""
        now = self._clock()
        while self._to_come and self._to_come[0][0] <= now:
            moment, _, happen = heapq.heappop(self._to_come)
            happen(moment)
