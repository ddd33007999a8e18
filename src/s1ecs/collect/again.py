"""Items whose calls failed are asked for again at each poll, before what is new."""

from collections.abc import AsyncGenerator
from dataclasses import replace

from s1ecs.collect.checkpoint import LIVE, Position
from s1ecs.collect.feed import Feed
from s1ecs.collect.walks.items import Item, is_settled, item_of
from s1ecs.collect.walks.per_item import walk_items
from s1ecs.collect.walks.source import Source
from s1ecs.collect.walks.step import Step
from s1ecs.errors import ConsoleError, Unauthorized
from s1ecs.records import record_from_line
from s1ecs.streams.asking import ByTime, CallPerItem

# Whoever has more of them waits some polls longer; the longest untried come first.
_AT_A_POLL = 1000


async def items_again(feed: Feed, call: CallPerItem, source: Source, position: Position) -> AsyncGenerator[Step, None]:
    """Steps that leave the position where it is; many failures in a row end them, not the poll."""
    failed = await feed.checkpoints.failed(feed.walk(LIVE), _AT_A_POLL)
    if not failed:
        return

    async def items() -> AsyncGenerator[Item, None]:
        for text in failed:
            yield _item(feed, call, text)

    try:
        async for step in walk_items(items(), source, call, lambda _item, _inner: position):
            yield replace(step, failed=[failure._replace(again=True) for failure in step.failed])
    except Unauthorized:
        raise
    except ConsoleError:
        return


def _item(feed: Feed, call: CallPerItem, text: str) -> Item:
    record, now = record_from_line(text.encode()), feed.client.now()
    settled = not isinstance(feed.ask, ByTime) or is_settled(record, feed.ask.time, now, feed.pace.overlap)
    return replace(item_of(record, call, now), settled=settled)
