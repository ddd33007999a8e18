"""A list by time, a call per item: what changed since, and of each such item its own list.

The position is that of pages by time, moved when an item was read through; within an item, its cursor. An item whose
version was read through before is passed over, but not before an overlap has gone by since the change: what belongs to
an item may become visible later than the change itself.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from typing import Any

from s1ecs.collect.walks.bounds import Bounds
from s1ecs.collect.walks.items import Item, Unchanged, cursor_within, is_settled, item_of, place_within
from s1ecs.collect.walks.pages_by_time import pages_by_time
from s1ecs.collect.walks.per_item import walk_items
from s1ecs.collect.walks.source import Source
from s1ecs.collect.walks.step import Step
from s1ecs.collect.walks.values import time_at
from s1ecs.streams.asking import ByTime, CallPerItem
from s1ecs.times import time_text


def walk_items_by_time(
    source: Source,
    ask: ByTime,
    call: CallPerItem,
    bounds: Bounds,
    *,
    position: Mapping[str, Any],
    unchanged: Unchanged,
    overlap: timedelta = timedelta(0),
) -> AsyncGenerator[Step, None]:
    """Walk from `bounds.since` to the end; `position` is the saved one, for the item that was cut off within.

    `overlap` is how late what belongs to an item may become visible.
    """
    read = bounds

    def place(item: Item, inner: str | None) -> dict[str, Any]:
        nonlocal read
        if inner is not None:
            return {**read.position, **place_within(item, inner)}
        read = read.past([item.floor, time_at(item.record, ask.time)], time_text(source.client.now()))
        return read.position

    items = _items(source, ask, call, bounds, position=position, unchanged=unchanged, overlap=overlap)
    return walk_items(items, source, call, place)


async def _items(
    source: Source,
    ask: ByTime,
    call: CallPerItem,
    bounds: Bounds,
    *,
    position: Mapping[str, Any],
    unchanged: Unchanged,
    overlap: timedelta,
) -> AsyncGenerator[Item, None]:
    async with aclosing(pages_by_time(source, ask, bounds)) as found:
        async for page in found:
            items = [item_of(record, call, page.answer.received) for record in page.records]
            floor = min(filter(None, page.times), default=None)
            known = await unchanged({item.key: item.version for item in items if item.version is not None})
            for item in items:
                yield replace(
                    item,
                    floor=floor,
                    unchanged=item.key in known,
                    inner=cursor_within(item, position),
                    settled=is_settled(item.record, ask.time, source.client.now(), overlap),
                )
