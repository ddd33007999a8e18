"""How a stream is asked for, as plain data. The walks in `collect/walks` know what to do with it."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Reread:
    """The recent past is walked again now and then, because `reason`."""

    reason: str


@dataclass(frozen=True)
class ByTime:
    """Pages by time: everything whose `time` is at or after a bound, in ascending order, page by page.

    `path` lies under /web/api/v2.1; `since` and `until` are the query parameters of the bounds, `sort` the value of
    `sortBy`, `time` the record's path to the time that both mean. `first_poll` None means from the beginning.
    """

    path: str
    since: str
    until: str
    sort: str
    time: str
    page_size: int = 1000
    interval: timedelta = timedelta(seconds=30)
    first_poll: timedelta | None = timedelta(hours=24)
    reread: Reread | None = None
