"""How far a walk by time reaches, and the position that says how far it got."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from s1ecs.collect.times import bound, earlier
from s1ecs.streams.asking import ByTime


@dataclass(frozen=True)
class Bounds:
    """What a walk covers: from `first`, or an overlap before `greatest` where that is later, up to `until`.

    A time ahead of the console's clock never moves `greatest` beyond that clock.
    """

    first: str
    greatest: str | None = None
    until: str | None = None
    overlap: timedelta = timedelta(0)

    @property
    def since(self) -> str:
        """The lower bound to ask for."""
        return self.first if self.greatest is None else max(self.first, earlier(self.greatest, self.overlap))

    @property
    def position(self) -> dict[str, Any]:
        """The bounds as a position; `from_position` reads it."""
        position = {"first": self.first, "greatest": self.greatest, "until": self.until}
        return {name: value for name, value in position.items() if value is not None}

    @classmethod
    def from_position(cls, position: Mapping[str, Any], overlap: timedelta) -> "Bounds":
        """The bounds that a saved position stands for."""
        return cls(position["first"], position.get("greatest"), position.get("until"), overlap)

    def past(self, times: Iterable[str | None], now: str) -> "Bounds":
        """The bounds once records of these times were read; only a record's own time tells how far the walk got."""
        greatest = max((min(time, now) for time in times if time is not None), default=None)
        if greatest is None or (self.greatest is not None and greatest <= self.greatest):
            return self
        return replace(self, greatest=greatest)

    def parameters(self, ask: ByTime) -> dict[str, str]:
        """The query parameters that ask for all within the bounds, in ascending order."""
        until = {} if self.until is None else {ask.until: self.until}
        return {**ask.parameters, ask.since: bound(self.since), **until, "sortBy": ask.sort, "sortOrder": "asc"}
