"""Pages by time: everything from a bound on, in ascending order, page by page.

The position holds the greatest time seen; the next walk begins an overlap before it, because records become visible
late and out of order.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from s1ecs.collect.walks.bounds import Bounds
from s1ecs.collect.walks.pages_by_time import pages_by_time
from s1ecs.collect.walks.source import Source
from s1ecs.collect.walks.step import Step
from s1ecs.streams.asking import ByTime


async def walk_by_time(source: Source, ask: ByTime, bounds: Bounds) -> AsyncGenerator[Step, None]:
    """Walk from `bounds.since` to the end, a step a page."""
    async with aclosing(pages_by_time(source, ask, bounds)) as found:
        async for page in found:
            answer = page.answer
            yield Step(
                page.records,
                [time or page.now for time in page.times],
                page.bounds.position,
                answer.received,
                answer.total,
                answer.notes,
                missed=not isinstance(answer.data, list),
            )
