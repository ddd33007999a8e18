"""A list by time, a call per item: what changed since, and of each such item its own list.

The position is that of pages by time, moved when an item was read through; within an item, its cursor. An item whose
version was read through before is passed over, but not before an overlap has gone by since the change: what belongs to
an item may become visible later than the change itself.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from s1ecs.api.paging import pages
from s1ecs.collect.times import time_text
from s1ecs.collect.walks.bounds import Bounds
from s1ecs.collect.walks.items import Item, Unchanged, cursor_within, is_settled, item_of, place_within
from s1ecs.collect.walks.per_item import walk_items
from s1ecs.collect.walks.source import Source
from s1ecs.collect.walks.step import Step
from s1ecs.collect.walks.values import time_at
from s1ecs.errors import ExpiredCursor
from s1ecs.streams.asking import ByTime, CallPerItem


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
    restarted_at: str | None = None
    limit = source.limit(ask.page_size)
    while True:
        parameters = {**source.scope, **bounds.parameters(ask)}
        try:
            async for answer in pages(source.client, ask.path, parameters, limit=limit, set_aside=source.unread):
                items = [item_of(record, call, answer.received) for record in answer.records()]
                times = [time_at(item.record, ask.time) for item in items]
                floor = min(filter(None, times), default=None)
                versions = {item.key: item.version for item in items if item.version is not None}
                known = await unchanged(versions)
                for item in items:
                    yield replace(
                        item,
                        floor=floor,
                        unchanged=item.key in known,
                        inner=cursor_within(item, position),
                        settled=is_settled(item.record, ask.time, source.client.now(), overlap),
                    )
                bounds = bounds.past(times, time_text(source.client.now()))
        except ExpiredCursor:
            bounds = bounds.restarted(restarted_at)
            if bounds.greatest is None or bounds.greatest == restarted_at:
                raise
            restarted_at = bounds.greatest
        else:
            return
