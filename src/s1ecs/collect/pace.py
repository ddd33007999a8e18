"""The pace of a stream: how often and how far back it is asked."""

from dataclasses import dataclass
from datetime import timedelta

from s1ecs import defaults


@dataclass(frozen=True)
class Pace:
    """The pace of a stream, from the settings.

    `first_poll` None means from the beginning; `reread` None means that everything is read again, zero that nothing is;
    `page_size` None means the largest that each path allows. Clocks that differ by `clock_tolerance` or less agree.
    `gone_at_most` is the largest share of its entities that one complete walk may mark as gone.
    """

    interval: timedelta
    first_poll: timedelta | None
    overlap: timedelta
    reread: timedelta | None
    reread_interval: timedelta
    page_size: int | None
    clock_tolerance: timedelta = defaults.CLOCK_TOLERANCE
    gone_at_most: float = defaults.GONE_AT_MOST
