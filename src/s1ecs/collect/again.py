"""Items whose calls failed are asked for again at each poll, behind what is new."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from s1ecs.api.paging import SetAside
from s1ecs.collect.checkpoint import LIVE, Advance
from s1ecs.collect.feed import Feed
from s1ecs.collect.walk import Walk
from s1ecs.collect.walks.items import Item, is_settled, item_of
from s1ecs.collect.walks.per_item import walk_items
from s1ecs.collect.walks.step import ItemFailed, Step
from s1ecs.errors import ConsoleError, Unauthorized
from s1ecs.records import record_from_line
from s1ecs.streams.asking import ByTime, CallPerItem

# Whoever has more of them waits some polls longer; the longest untried come first.
_AT_A_POLL = 1000


async def again_walk(feed: Feed, call: CallPerItem, before: str, unread: Callable[[SetAside], None]) -> Walk | None:
    """A walk through the items that failed before the time `before`; the position stays where it is."""
    name = feed.walk(LIVE)
    failed = await feed.checkpoints.failed(name, _AT_A_POLL, before)
    if not failed:
        return None
    position = (await feed.checkpoints.load(name)).position

    async def items() -> AsyncGenerator[Item, None]:
        for text in failed:
            yield _item(feed, call, text)

    steps = walk_items(items(), feed.source(unread), call, lambda _item, _inner: position)
    return Walk(
        name,
        position,
        _as_long_as_it_goes(steps),
        Advance,
        newest=lambda _: None,
        round=await feed.checkpoints.completed(name),
    )


async def _as_long_as_it_goes(steps: AsyncGenerator[Step, None]) -> AsyncGenerator[Step, None]:
    """Many failures in a row end the walk, not the poll."""
    try:
        async with aclosing(steps):
            async for step in steps:
                yield replace(step, failed=_again(step))
    except Unauthorized:
        raise
    except ConsoleError:
        return


def _again(step: Step) -> Sequence[ItemFailed]:
    return [failure._replace(again=True) for failure in step.failed]


def _item(feed: Feed, call: CallPerItem, text: str) -> Item:
    record, now = record_from_line(text.encode()), feed.client.now()
    settled = not isinstance(feed.ask, ByTime) or is_settled(record, feed.ask.time, now, feed.pace.overlap)
    return replace(item_of(record, call, now), settled=settled)
