"""The context of requests: the same for every way of asking."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from s1ecs.collect.strategies.items import Unchanged, none_unchanged
from s1ecs.collect.strategies.record_paths import text_of
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.pagination import SetAside
from s1ecs.timestamps import later, time_text


@dataclass(frozen=True)
class RequestContext:
    """A console's client, what the settings narrow the lists to, and how large pages may be.

    `scope` are further query parameters, such as siteIds; `page_size` None means the largest that the path allows;
    `unread` is told of each single record that can't be read. `ahead` is how many seconds the console's clock was ahead
    of ours when the walk's bounds were chosen. `overlap` is how late what belongs to an item may become visible,
    `unchanged` tells which items need no call.
    """

    client: Client
    scope: Mapping[str, str]
    page_size: int | None
    unread: Callable[[SetAside], None]
    ahead: float | None = None
    overlap: timedelta = timedelta(0)
    unchanged: Unchanged = none_unchanged

    def present(self) -> str:
        """Give the console's present, as far as a position may count; a clock that jumps ahead does not move it."""
        clocks = self.client.clocks()
        now = time_text(clocks.console)
        return now if self.ahead is None else min(now, later(time_text(clocks.ours), timedelta(seconds=self.ahead)))

    def has_site(self, site: Any) -> bool:
        """Tell whether a record of that site is wanted, for paths that can't be narrowed; one without a site is."""
        wanted = self.scope.get("siteIds")
        return wanted is None or site is None or text_of(site) in wanted.split(",")

    def limit(self, largest: int) -> int:
        """The page size for a path."""
        return min(self.page_size or largest, largest)
