"""The bounds of a walk by time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from s1ecs.collect.positions.time_position import TimePosition
from s1ecs.streams.collection_modes import ByTime
from s1ecs.timestamps import bound, earlier


@dataclass(frozen=True)
class Bounds:
    """The range of a walk: from `first`, or an overlap before `greatest` where that is later, up to `until`.

    All up to `greatest` was read; `seen` is the greatest time that any record had, which counts once the walk has
    ended, because pages may hold times out of order. A time ahead of the console's clock counts as that clock. Before
    `forgotten` ids are remembered no more, so nothing before it is read again.
    """

    first: str
    greatest: str | None = None
    until: str | None = None
    overlap: timedelta = timedelta(0)
    seen: str | None = None
    forgotten: str = ""

    @property
    def since(self) -> str:
        """The lower bound to ask for."""
        if self.greatest is None:
            return self.first
        return max(self.first, earlier(self.greatest, self.overlap), self.forgotten)

    @property
    def position(self) -> TimePosition:
        """The position that stands for the bounds; `of` is the reverse."""
        return TimePosition(self.first, self.greatest, self.until, self.seen, self.forgotten)

    @classmethod
    def of(cls, position: TimePosition, overlap: timedelta) -> "Bounds":
        """Give the bounds that a position stands for."""
        return cls(position.first, position.greatest, position.until, overlap, position.seen, position.forgotten)

    @property
    def ended(self) -> "Bounds":
        """The bounds once the walk has read all there is."""
        return replace(self, greatest=_later(self.greatest, self.seen), seen=None)

    def past(self, times: Iterable[str | None], now: str) -> "Bounds":
        """The bounds once records of these times were read; only a record's own time tells how far the walk got.

        More may come that is as early as the earliest of them, but in ascending order nothing earlier.
        """
        known = [min(time, now) for time in times if time is not None]
        if not known:
            return self
        return replace(self, greatest=_later(self.greatest, min(known)), seen=_later(self.seen, max(known)))

    def restarted(self, before: str | None) -> "Bounds":
        """The bounds from which a walk begins anew, which it did from `before` already.

        Without progress since then the order of the list is trusted: else a console that forgets its cursors after
        each page would be asked for the same page for ever.
        """
        return self.ended if self.greatest == before else self

    def parameters(self, ask: ByTime) -> dict[str, str]:
        """The query parameters that ask for all within the bounds, in ascending order."""
        until = {} if self.until is None else {ask.until: self.until}
        return {**ask.parameters, ask.since: bound(self.since), **until, "sortBy": ask.sort, "sortOrder": "asc"}


def _later(one: str | None, other: str | None) -> str | None:
    return max(filter(None, (one, other)), default=None)
