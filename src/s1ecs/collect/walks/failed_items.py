"""Items whose calls failed are asked for again at each poll, behind what is new."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from s1ecs.collect.feed import Feed
from s1ecs.collect.strategies.items import Item, item_of
from s1ecs.collect.strategies.per_item import walk_items
from s1ecs.collect.strategies.step import ItemFailed, Step
from s1ecs.collect.strategies.walk import Walk
from s1ecs.errors import ConsoleError, Unauthorized
from s1ecs.records import any_record
from s1ecs.sentinelone.pagination import SetAside
from s1ecs.state.checkpoints import LIVE, Commit
from s1ecs.streams.collection_modes import CallPerItem
from s1ecs.timestamps import time_text

# Whoever has more of them waits some polls longer; the longest untried come first.
_AT_A_POLL = 1000


async def again_walk(feed: Feed, call: CallPerItem, began: str, unread: Callable[[SetAside], None]) -> Walk | None:
    """Make a walk through the items that failed before this poll, which began at `began`; the position stays."""
    name = feed.walk(LIVE)
    failed = await feed.checkpoints.failed(name, _AT_A_POLL, (began, time_text(feed.client.clocks().ours)))
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
        Commit,
        round=(await feed.checkpoints.rounds(name)).walked,
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
    record, now = any_record(text.encode()), feed.client.clocks().earlier
    settled = feed.strategy.is_settled(record, now, feed.pace.overlap)
    return replace(item_of(record, call, now), settled=settled)
