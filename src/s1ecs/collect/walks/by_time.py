"""Pages by time: everything from a bound on, in ascending order, page by page.

The position holds the greatest time seen; the next walk begins an overlap before it, because records become visible
late and out of order. A time ahead of the console's clock never moves the position beyond that clock.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from s1ecs.api.client import Client
from s1ecs.api.paging import SetAside, pages
from s1ecs.collect.times import bound, earlier, time_text
from s1ecs.collect.walks.step import Step
from s1ecs.ecs.values import Bad, date
from s1ecs.errors import ExpiredCursor
from s1ecs.records import Record
from s1ecs.streams.asking import ByTime


@dataclass(frozen=True)
class Bounds:
    """What a walk covers: from `first`, or an overlap before `greatest` where that is later, up to `until`."""

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


async def walk_by_time(
    client: Client,
    ask: ByTime,
    bounds: Bounds,
    *,
    scope: Mapping[str, str],
    page_size: int,
    unread: Callable[[SetAside], None],
) -> AsyncGenerator[Step, None]:
    """Walk from `bounds.since` to the end.

    `scope` are further query parameters, such as siteIds; `unread` is told of each single record that can't be read.
    A cursor that expires on the way makes the walk begin anew from the greatest time it saw; twice at the same time
    is given up with ExpiredCursor.
    """
    restarted_at: str | None = None
    while True:
        parameters = {**scope, ask.since: bound(bounds.since), "sortBy": ask.sort, "sortOrder": "asc"}
        if bounds.until is not None:
            parameters[ask.until] = bounds.until
        try:
            async for answer in pages(client, ask.path, parameters, limit=page_size, set_aside=unread):
                now = time_text(client.now())
                records = answer.records()
                known = [_time(record, ask.time) for record in records]
                # Only a record's own time tells how far the walk got.
                greatest = max((min(time, now) for time in known if time is not None), default=None)
                if greatest is not None and (bounds.greatest is None or greatest > bounds.greatest):
                    bounds = Bounds(bounds.first, greatest, bounds.until, bounds.overlap)
                times = [time or now for time in known]
                yield Step(records, times, bounds.position, answer.received, answer.total, answer.notes)
        except ExpiredCursor:
            if bounds.greatest is None or bounds.greatest == restarted_at:
                raise
            restarted_at = bounds.greatest
        else:
            return


def _time(record: Record, path: str) -> str | None:
    value = record.value
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    try:
        return None if value is None else date(value)
    except Bad:
        return None
