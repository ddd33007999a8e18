"""Pages by time: everything from a bound on, in ascending order, page by page.

The position holds the greatest time seen; the next walk begins an overlap before it, because records become visible
late and out of order.
"""

from collections.abc import AsyncGenerator

from s1ecs.api.paging import pages
from s1ecs.collect.times import time_text
from s1ecs.collect.walks.bounds import Bounds
from s1ecs.collect.walks.source import Source
from s1ecs.collect.walks.step import Step
from s1ecs.collect.walks.values import time_at
from s1ecs.errors import ExpiredCursor
from s1ecs.streams.asking import ByTime


async def walk_by_time(source: Source, ask: ByTime, bounds: Bounds) -> AsyncGenerator[Step, None]:
    """Walk from `bounds.since` to the end.

    A cursor that expires on the way makes the walk begin anew from the greatest time it saw; twice at the same time
    is given up with ExpiredCursor.
    """
    restarted_at: str | None = None
    limit = source.limit(ask.page_size)
    while True:
        parameters = {**source.scope, **bounds.parameters(ask)}
        try:
            async for answer in pages(source.client, ask.path, parameters, limit=limit, set_aside=source.unread):
                now = time_text(source.client.now())
                records = answer.records()
                known = [time_at(record, ask.time) for record in records]
                bounds = bounds.past(known, now)
                times = [time or now for time in known]
                missed = not isinstance(answer.data, list)
                position = bounds.position
                yield Step(records, times, position, answer.received, answer.total, answer.notes, missed=missed)
        except ExpiredCursor:
            bounds = bounds.restarted(restarted_at)
            if bounds.greatest is None or bounds.greatest == restarted_at:
                raise
            restarted_at = bounds.greatest
        else:
            return
