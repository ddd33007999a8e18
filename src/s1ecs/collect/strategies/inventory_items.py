"""An inventory of items, a call per item: every page of a list, and of each of its items' lists.

The position holds the cursor of the page in hand, the item that was read through last, and the cursor within the next.
A cursor that the console forgot makes the list begin anew, behind that item. A page may come again in another order, so
that items before that one are taken for read only while they are the same.
"""

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from s1ecs.collect.positions.inventory_position import InventoryPosition
from s1ecs.collect.positions.saved import SavedPosition
from s1ecs.collect.strategies.description import Description, with_call
from s1ecs.collect.strategies.inventory import RESTARTS, InventoryStrategy
from s1ecs.collect.strategies.items import Item, cursor_within, item_of, position_within
from s1ecs.collect.strategies.per_item import walk_items
from s1ecs.collect.strategies.request_context import RequestContext
from s1ecs.collect.strategies.step import Step
from s1ecs.errors import ExpiredCursor
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.pagination import pages
from s1ecs.streams.collection_modes import CallPerItem, Inventory


@dataclass(frozen=True)
class InventoryItemsStrategy(InventoryStrategy):
    """Asks for a whole list each time, and makes a call for each of its items."""

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

    def describe(self) -> Description:
        """Describe the list and the call."""
        return with_call(super().describe(), self.call)

    def _steps(self, source: RequestContext, position: InventoryPosition) -> AsyncGenerator[Step, None]:
        return walk_inventory_items(source, self.ask, self.call, position)


@dataclass
class _Listed:
    """Items that were read through, and how many the console says there are.

    `without_list` is when an answer arrived last that had no list.
    """

    through: int = 0
    total: int | None = None
    without_list: datetime | None = None

    @property
    def progress(self) -> tuple[int, int] | None:
        """Both, as a step has them."""
        return None if self.total is None else (self.through, self.total)


async def walk_inventory_items(
    source: RequestContext, ask: Inventory, call: CallPerItem, position: InventoryPosition
) -> AsyncGenerator[Step, None]:
    """Walk the lists of all items from where `position` stands."""
    reached = position
    listed = _Listed()

    def place(item: Item, inner: str | None) -> SavedPosition:
        nonlocal reached
        within = None if inner is None else position_within(item, inner)
        after = reached.after if within else item.key
        order = reached.order if within else item.order
        reached = replace(reached, page=item.page, after=after, order=order, item=within, begun=True)
        listed.through += within is None
        return reached.write()

    items = _items(source, ask, call, position, listed)
    async with aclosing(walk_items(items, source, call, place)) as steps:
        async for step in steps:
            yield replace(step, missed=step.missed or listed.without_list is not None, through=listed.progress)
    if listed.without_list is not None:
        yield Step((), (), reached.write(), listed.without_list, missed=True)


async def _items(
    source: RequestContext,
    ask: Inventory,
    call: CallPerItem,
    position: InventoryPosition,
    listed: _Listed,
) -> AsyncGenerator[Item, None]:
    page, last = position.page, _Last(position.after, position.order)
    searching = False
    restarts = 0
    while True:
        before: list[Item] = []
        first = True
        try:
            async for items in _pages_of_list(source, ask, call, page, listed):
                unread: list[Item] | None = items
                if first or searching:
                    unread = _unread(items, last, before)
                    if unread is None and not searching:
                        unread = items
                    searching, before = unread is None, items
                first = False
                for item in unread or ():
                    page, last = item.page, _Last(item.key, item.order)
                    yield replace(item, inner=cursor_within(item, position.item))
        except ExpiredCursor:
            if restarts == RESTARTS:
                raise
            restarts += 1
            page, searching = None, last.key is not None
        else:
            if not searching:
                return
            # The item is listed no more, so nothing tells which are behind it.
            page, last, searching = None, _Last(None), False


class _Last(NamedTuple):
    """The item that was read through last: its key and its order; an earlier version saved no order."""

    key: str | None
    order: str = ""


def _unread(items: list[Item], last: _Last, before: list[Item]) -> list[Item] | None:
    """Return what is unread of the page that has the last item, and maybe of the one `before`; None if it has it not.

    Where the page has something else before that item than when it was read, all of it may be unread: in the order of
    the list, that is less than a page away from its last item.
    """
    place = next((place for place, item in enumerate(items) if item.key == last.key), None)
    if place is None:
        return None
    return items[place + 1 :] if last.order in ("", items[place].order) else [*before[place:], *items]


async def _pages_of_list(
    source: RequestContext,
    ask: Inventory,
    call: CallPerItem,
    page: str | None,
    listed: _Listed,
) -> AsyncGenerator[list[Item], None]:
    parameters = {**source.scope, "sortBy": ask.sort, "sortOrder": "asc"}
    limit = source.limit(ask.page_size)
    async for answer in pages(source.client, ask.path, parameters, limit=limit, cursor=page, set_aside=source.unread):
        if not isinstance(answer.data, list):
            listed.without_list = answer.received
        listed.total = answer.total
        yield list(_ordered(item_of(record, call, answer.received, page) for record in answer.records()))
        page = answer.next_cursor


def _ordered(items: Iterable[Item]) -> Iterator[Item]:
    """Give each item of a page the digest of the keys up to its own."""
    keys = blake2b(digest_size=8)
    for item in items:
        keys.update(item.key.encode())
        yield replace(item, order=keys.hexdigest())
