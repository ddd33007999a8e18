"""Items: the elements of a list that a call each is made for."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from s1ecs.collect.walks.values import time_at, value_at
from s1ecs.records import Record, canonical
from s1ecs.streams.asking import CallPerItem
from s1ecs.times import earlier, time_text

# Tells which of some items (key -> version) were read through in that version.
Unchanged = Callable[[Mapping[str, str]], Awaitable[frozenset[str]]]


@dataclass(frozen=True)
class Item:
    """An element of the list. `listed` is when its page arrived, `page` the cursor that led to that page.

    `unchanged`: its version was read through before, so no call is made. `inner` is the cursor to go on behind, `floor`
    the earliest time that its page had. `settled`: nothing of its version can become visible late any more; otherwise
    it is asked for again.
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


def item_of(record: Record, call: CallPerItem, listed: datetime, page: str | None = None) -> Item:
    """The item that an element of a list is."""
    key = canonical([value_at(record, name) for name in call.key]).decode()
    version = value_at(record, call.version) if call.version else None
    return Item(key, record, None if version is None else _text(version), listed, page)


def is_settled(record: Record, time: str, now: datetime, overlap: timedelta) -> bool:
    """Whether all that belongs to the item's last change is visible by now; `time` is the path to when that was."""
    changed = time_at(record, time)
    return changed is None or changed <= earlier(time_text(now), overlap)


def place_within(item: Item, inner: str) -> dict[str, Any]:
    """The part of a position that says how far an item was read."""
    return {"item": item.key, "version": item.version, "inner": inner}


def cursor_within(item: Item, position: Mapping[str, Any]) -> str | None:
    """The cursor behind which the position says that this item goes on; None from its beginning."""
    if (item.key, item.version) != (position.get("item"), position.get("version")):
        return None
    cursor = position.get("inner")
    return cursor if isinstance(cursor, str) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else canonical(value).decode()
