"""Moments of the last day, in which all lies that is asked for by time."""

from datetime import datetime, timedelta
from random import Random

# Who starts asking for 24 hours some minutes later still gets all.
SPAN = timedelta(hours=23)
_LEAST_AGE = timedelta(seconds=1)


def start(now: datetime) -> datetime:
    """Return the first moment of that day."""
    return now - SPAN


def recent(random: Random, now: datetime, *, since: datetime | None = None) -> datetime:
    """Return a moment of the last day, not before `since` and a second or more before `now`."""
    first = max(since or start(now), start(now))
    return after(random, first, now - first - _LEAST_AGE)


def after(random: Random, moment: datetime, most: timedelta) -> datetime:
    """Return a moment up to `most` later."""
    return moment + timedelta(microseconds=random.randrange(max(1, most // timedelta(microseconds=1))))
