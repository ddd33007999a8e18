"""Items whose calls failed are asked for again at each poll, before what is new."""

from collections.abc import AsyncGenerator
from dataclasses import replace

from s1ecs.collect.checkpoint import LIVE, Position
from s1ecs.collect.feed import Feed
from s1ecs.collect.walks.items import Item, item_of
from s1ecs.collect.walks.per_item import walk_items
from s1ecs.collect.walks.source import Source
from s1ecs.collect.walks.step import Step
from s1ecs.errors import ConsoleError, Unauthorized
from s1ecs.records import record_from_line
from s1ecs.streams.asking import CallPerItem

# Whoever has more of them waits some polls longer; the longest untried come first.
_AT_A_POLL = 1000


async def items_again(feed: Feed, call: CallPerItem, source: Source, position: Position) -> AsyncGenerator[Step, None]:
    """Steps that leave the position where it is; many failures in a row end them, not the poll."""
    failed = await feed.checkpoints.failed(feed.walk(LIVE), _AT_A_POLL)
    if not failed:
        return

    async def items() -> AsyncGenerator[Item, None]:
        for text in failed:
            yield item_of(record_from_line(text.encode()), call, feed.client.now())

    try:
        async for step in walk_items(items(), source, call, lambda _item, _inner: position):
            yield replace(step, failed=[failure._replace(again=True) for failure in step.failed])
    except Unauthorized:
        raise
    except ConsoleError:
        return
