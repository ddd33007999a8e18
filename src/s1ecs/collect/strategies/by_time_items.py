"""A list by time, a call per item: what changed since, and of each such item its own list.

The position is that of pages by time, moved when an item was read through; within an item, its cursor. An item whose
version was read through before is passed over, but not before an overlap has gone by since the change: what belongs to
an item may become visible later than the change itself.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from s1ecs.collect.positions.item_position import ItemPosition
from s1ecs.collect.positions.saved import SavedPosition
from s1ecs.collect.positions.time_bounds import Bounds
from s1ecs.collect.strategies.by_time import ByTimeStrategy
from s1ecs.collect.strategies.description import Description, with_call
from s1ecs.collect.strategies.items import Item, cursor_within, is_settled, item_of, position_within
from s1ecs.collect.strategies.pages_by_time import pages_by_time
from s1ecs.collect.strategies.per_item import walk_items
from s1ecs.collect.strategies.record_paths import time_at
from s1ecs.collect.strategies.request_context import RequestContext
from s1ecs.collect.strategies.step import Step
from s1ecs.records import Record
from s1ecs.sentinelone.client import Client
from s1ecs.streams.collection_modes import ByTime, CallPerItem


@dataclass(frozen=True)
class ByTimeItemsStrategy(ByTimeStrategy):
    """Asks for a list by time, and makes a call for each of its items."""

    call: CallPerItem

    async def total(
        self,
        client: Client,
        scope: Mapping[str, str],
        start: str,
        end: str | None,
    ) -> int | None:
        """Give None: the console counts the items, not what their calls bring."""
        return None

    def changed(self, record: Record) -> str | None:
        """Give None: the time by which a poll finds the record is its item's."""
        return None

    def is_settled(self, item: Record, now: datetime, overlap: timedelta) -> bool:
        """Tell whether an overlap has gone by since the item's change."""
        return is_settled(item, self.ask.time, now, overlap)

    def describe(self) -> Description:
        """Describe the list and the call."""
        return with_call(super().describe(), self.call)

    def _steps(self, source: RequestContext, bounds: Bounds, within: ItemPosition | None) -> AsyncGenerator[Step, None]:
        return walk_items_by_time(source, self.ask, self.call, bounds, within)


def walk_items_by_time(
    source: RequestContext, ask: ByTime, call: CallPerItem, bounds: Bounds, within: ItemPosition | None
) -> AsyncGenerator[Step, None]:
    """Walk from `bounds.since` to the end; `within` is the item that was cut off."""
    read = bounds

    def place(item: Item, inner: str | None) -> SavedPosition:
        nonlocal read
        if inner is not None:
            return replace(read.position, item=position_within(item, inner)).write()
        read = read.past([item.floor, time_at(item.record, ask.time)], source.present())
        return read.position.write()

    return walk_items(_items(source, ask, call, bounds, within), source, call, place)


async def _items(
    source: RequestContext, ask: ByTime, call: CallPerItem, bounds: Bounds, within: ItemPosition | None
) -> AsyncGenerator[Item, None]:
    async with aclosing(pages_by_time(source, ask, bounds)) as found:
        async for page in found:
            items = [item_of(record, call, page.answer.received) for record in page.records]
            floor = min(filter(None, page.times), default=None)
            known = await source.unchanged({item.key: item.version for item in items if item.version is not None})
            for item in items:
                yield replace(
                    item,
                    floor=floor,
                    unchanged=item.key in known,
                    inner=cursor_within(item, within),
                    settled=is_settled(item.record, ask.time, source.client.clocks().earlier, source.overlap),
                )
