"""Items: the elements of a list that a call each is made for."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from s1ecs.collect.positions.item_position import ItemPosition
from s1ecs.collect.strategies.record_paths import text_of, time_at, value_at
from s1ecs.records import Record, canonical
from s1ecs.streams.collection_modes import CallPerItem
from s1ecs.timestamps import earlier, time_text

# Tells which of some items (key -> version) were read through in that version.
Unchanged = Callable[[Mapping[str, str]], Awaitable[frozenset[str]]]


@dataclass(frozen=True)
class Item:
    """An element of the list. `listed` is when its page arrived, `page` the cursor that led to that page.

    `unchanged`: its version was read through before, so no call is made. `inner` is the cursor to go on behind, `floor`
    the earliest time that its page had. `settled`: nothing of its version can become visible late any more; otherwise
    it is asked for again. `order` changes with the keys that its page has up to its own.
    """

    key: str
    record: Record
    version: str | None
    listed: datetime
    page: str | None = None
    unchanged: bool = False
    inner: str | None = None
    settled: bool = True
    floor: str | None = None
    order: str = ""


def item_of(record: Record, call: CallPerItem, listed: datetime, page: str | None = None) -> Item:
    """Make the item that an element of a list is."""
    key = canonical([value_at(record, name) for name in call.key]).decode()
    version = value_at(record, call.version) if call.version else None
    return Item(key, record, None if version is None else text_of(version), listed, page)


def is_settled(record: Record, time: str, now: datetime, overlap: timedelta) -> bool:
    """Tell whether all that belongs to the item's last change is visible by now; `time` is the path to its time."""
    changed = time_at(record, time)
    return changed is None or changed <= earlier(time_text(now), overlap)


def position_within(item: Item, cursor: str) -> ItemPosition:
    """Give the position within an item, behind a cursor of its list."""
    return ItemPosition(item.key, item.version, cursor)


def cursor_within(item: Item, position: ItemPosition | None) -> str | None:
    """Give the cursor behind which the position says that this item goes on; None from its beginning."""
    if position is None or (item.key, item.version) != (position.key, position.version):
        return None
    return position.cursor


async def none_unchanged(_versions: Mapping[str, str]) -> frozenset[str]:
    """Take every item for changed."""
    return frozenset()
