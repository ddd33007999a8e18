"""A whole inventory: every page of a list, or of each of its items' lists, from the first to the last.

The position holds the cursor of the page in hand; with a call per item also the item that was read through last and
the cursor within the next. A cursor that the console forgot makes the list begin anew: behind that item, where there
are items.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Any

from s1ecs.api.paging import pages
from s1ecs.collect.walks.items import Item, cursor_within, item_of, place_within
from s1ecs.collect.walks.per_item import walk_items
from s1ecs.collect.walks.source import Source
from s1ecs.collect.walks.step import ALWAYS, Step
from s1ecs.errors import ExpiredCursor
from s1ecs.streams.asking import CallPerItem, Inventory

# A console that forgets its cursors faster than pages can be read leads nowhere.
_RESTARTS = 3


async def walk_inventory(source: Source, ask: Inventory, position: Mapping[str, Any]) -> AsyncGenerator[Step, None]:
    """Walk the list from where `position` stands."""
    cursor: str | None = position.get("page")
    parameters = {**source.scope, "sortBy": ask.sort, "sortOrder": "asc"}
    for restarts in range(_RESTARTS + 1):
        try:
            async for answer in pages(
                source.client,
                ask.path,
                parameters,
                limit=source.limit(ask.page_size),
                cursor=cursor,
                set_aside=source.unread,
            ):
                records = answer.records()
                cursor = answer.next_cursor
                times = [ALWAYS] * len(records)
                missed = not isinstance(answer.data, list)
                position = {"page": cursor}
                yield Step(records, times, position, answer.received, answer.total, answer.notes, missed=missed)
        except ExpiredCursor:
            if restarts == _RESTARTS:
                raise
            cursor = None
        else:
            return


async def walk_inventory_items(
    source: Source, ask: Inventory, call: CallPerItem, position: Mapping[str, Any]
) -> AsyncGenerator[Step, None]:
    """Walk the lists of all items from where `position` stands."""
    after: str | None = position.get("after")
    without_list: list[datetime] = []

    def place(item: Item, inner: str | None) -> dict[str, Any]:
        nonlocal after
        if inner is not None:
            return {"page": item.page, "after": after, **place_within(item, inner)}
        after = item.key
        return {"page": item.page, "after": after}

    items = _items(source, ask, call, position, without_list.append)
    async with aclosing(walk_items(items, source, call, place)) as steps:
        async for step in steps:
            position = step.position
            yield replace(step, missed=step.missed or bool(without_list))
    if without_list:
        yield Step((), (), position, without_list[-1], missed=True)


async def _items(
    source: Source,
    ask: Inventory,
    call: CallPerItem,
    position: Mapping[str, Any],
    without_list: Callable[[datetime], None],
) -> AsyncGenerator[Item, None]:
    page, after = position.get("page"), position.get("after")
    searching = False
    restarts = 0
    while True:
        first = True
        try:
            async for items in _listed(source, ask, call, page, without_list):
                keys = [item.key for item in items]
                if (first or searching) and after in keys:
                    behind = keys.index(after) + 1
                    searching = False
                else:
                    behind = len(items) if searching else 0
                first = False
                for item in items[behind:]:
                    page, after = item.page, item.key
                    yield replace(item, inner=cursor_within(item, position))
        except ExpiredCursor:
            if restarts == _RESTARTS:
                raise
            restarts += 1
            page, searching = None, after is not None
        else:
            if not searching:
                return
            # The item is listed no more, so nothing tells which are behind it.
            page, after, searching = None, None, False


async def _listed(
    source: Source, ask: Inventory, call: CallPerItem, page: str | None, without_list: Callable[[datetime], None]
) -> AsyncGenerator[list[Item], None]:
    parameters = {**source.scope, "sortBy": ask.sort, "sortOrder": "asc"}
    limit = source.limit(ask.page_size)
    async for answer in pages(source.client, ask.path, parameters, limit=limit, cursor=page, set_aside=source.unread):
        if not isinstance(answer.data, list):
            without_list(answer.received)
        yield [item_of(record, call, answer.received, page) for record in answer.records()]
        page = answer.next_cursor
