"""Ways of asking for a stream, as plain data. The strategies in `collect/strategies` know what to do with them.

A path lies under /web/api/v2.1. `page_size` is the largest that the path allows, `interval` the time between two
polls, `first_poll` how far back the first one looks (None: from the beginning).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar


@dataclass(frozen=True)
class Reread:
    """A second reading of what was walked, now and then, because `reason`.

    How far back and how often is said by the settings that begin with `setting`; without one everything is walked, each
    `interval`, so that what is gone is noticed.
    """

    reason: str
    setting: str | None = None
    interval: timedelta | None = None


@dataclass(frozen=True)
class CallPerItem:
    """For each item of a list one more list is walked, whose elements are the records.

    `path` and the values of `parameters` name keys of the item in braces, `/threats/{id}/explore/events`. `key` are
    the item's keys that name it, `version` the path to what changes with it: an item whose version was read through
    is not asked for again; "" asks every time. `carry`: keys that a record gets from the item where it has none, with
    the item's key for each. With `into` a record is the whole item with the element under that key, and an item
    without elements is a record by itself, and `lasting` says that a record keeps its id when the item has another
    version. `scoped`: the path takes siteIds, too.
    """

    path: str
    key: tuple[str, ...]
    page_size: int = 1000
    parameters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    version: str = ""
    carry: Mapping[str, str] = field(default_factory=dict)
    into: str = ""
    lasting: bool = False
    scoped: bool = False


@dataclass(frozen=True)
class ByTime:
    """Pages by time: everything whose `time` is at or after a bound, in ascending order, page by page.

    `since` and `until` are the query parameters of the bounds, `sort` the value of `sortBy`, `time` the record's path
    to the time that both mean, `parameters` what is asked besides. With `per_item` the records are those of its calls.
    `thing` are the keys that name the thing whose state a record is, where the stream is an inventory.
    """

    path: str
    since: str
    until: str
    sort: str
    time: str
    page_size: int = 1000
    interval: timedelta = timedelta(seconds=30)
    first_poll: timedelta | None = timedelta(hours=24)
    parameters: Mapping[str, str] = field(default_factory=dict)
    per_item: CallPerItem | None = None
    reread: Reread | None = None
    thing: tuple[str, ...] = ()
    root: ClassVar[str] = ""
    method: ClassVar[str] = "GET"
    filters_by_time: ClassVar[bool] = True


@dataclass(frozen=True)
class Window:
    """A window of time, walked once a phase: each phase filters and sorts by one of the `phases` (times of a record).

    A GraphQL `query` with the variables first, after, filters and sort, whose `root` field is a connection; `skim` is
    the same query for next to nothing of each record, to get past one that can't be read. `site` is the record's path
    to the id of its site, because the query can't be narrowed to sites. It is never an inventory, nor read again.
    """

    path: str
    query: str
    skim: str
    root: str
    site: str
    phases: tuple[str, ...]
    page_size: int = 1000
    interval: timedelta = timedelta(minutes=1)
    first_poll: timedelta | None = timedelta(hours=24)
    per_item: ClassVar[None] = None
    reread: ClassVar[None] = None
    thing: ClassVar[tuple[()]] = ()
    method: ClassVar[str] = "POST"
    filters_by_time: ClassVar[bool] = True


@dataclass(frozen=True)
class Inventory:
    """A whole inventory, walked each interval; only what is new or changed is delivered.

    `thing` are the record's keys that together name one thing. With `per_item` the list's elements are the items, the
    records are those of its calls.
    """

    path: str
    sort: str
    thing: tuple[str, ...]
    page_size: int = 1000
    interval: timedelta = timedelta(hours=24)
    first_poll: None = None
    per_item: CallPerItem | None = None
    root: ClassVar[str] = ""
    reread: ClassVar[None] = None
    method: ClassVar[str] = "GET"
    filters_by_time: ClassVar[bool] = False


Asking = ByTime | Window | Inventory


def endpoint_of(ask: Asking) -> str:
    """Return method and path below /web/api/v2.1, and the path of the call per item if there is one."""
    endpoint = f"{ask.method} {ask.path}"
    return endpoint if ask.per_item is None else f"{endpoint}, then {ask.per_item.path}"
