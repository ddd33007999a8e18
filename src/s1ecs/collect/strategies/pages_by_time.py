"""The pages of a list by time, whatever is made of them: from a bound on, in ascending order, begun anew if need be."""

from collections.abc import AsyncGenerator, Sequence
from typing import NamedTuple

from s1ecs.collect.positions.time_bounds import Bounds
from s1ecs.collect.strategies.record_paths import time_at
from s1ecs.collect.strategies.request_context import RequestContext
from s1ecs.errors import ExpiredCursor
from s1ecs.records import Record
from s1ecs.sentinelone.pagination import pages
from s1ecs.sentinelone.response import ConsoleResponse
from s1ecs.streams.collection_modes import ByTime


class TimedPage(NamedTuple):
    """A page: its records with their own times (None where one has none), when it came, and the bounds behind it."""

    answer: ConsoleResponse
    records: Sequence[Record]
    times: Sequence[str | None]
    now: str
    bounds: Bounds


async def pages_by_time(source: RequestContext, ask: ByTime, bounds: Bounds) -> AsyncGenerator[TimedPage, None]:
    """Yield the pages from `bounds.since` to the end.

    A cursor that expires on the way makes the list begin anew from where the bounds stand; twice at the same time is
    given up with ExpiredCursor.
    """
    restarted_at: str | None = None
    limit = source.limit(ask.page_size)
    while True:
        parameters = {**source.scope, **bounds.parameters(ask)}
        try:
            async for answer in pages(source.client, ask.path, parameters, limit=limit, set_aside=source.unread):
                now = source.present()
                records = answer.records()
                times = [time_at(record, ask.time) for record in records]
                bounds = bounds.past(times, now)
                yield TimedPage(answer, records, times, now, bounds)
        except ExpiredCursor:
            bounds = bounds.restarted(restarted_at)
            if bounds.greatest is None or bounds.greatest == restarted_at:
                raise
            restarted_at = bounds.greatest
        else:
            return
