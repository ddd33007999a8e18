"""What a walk asks with: the same for every way of asking."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from s1ecs.api.client import Client
from s1ecs.api.paging import SetAside


@dataclass(frozen=True)
class Source:
    """A console's client, what the settings narrow the lists to, and how large pages may be.

    `scope` are further query parameters, such as siteIds; `page_size` None means the largest that the path allows;
    `unread` is told of each single record that can't be read.
    """

    client: Client
    scope: Mapping[str, str]
    page_size: int | None
    unread: Callable[[SetAside], None]

    def has_site(self, site: Any) -> bool:
        """Whether a record of that site is wanted, where the path itself can't be narrowed; one without a site is."""
        wanted = self.scope.get("siteIds")
        return wanted is None or site is None or str(site) in wanted.split(",")

    def limit(self, largest: int) -> int:
        """The page size for a path."""
        return min(self.page_size or largest, largest)
