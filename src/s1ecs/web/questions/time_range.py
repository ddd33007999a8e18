"""Range of time of a view, from the parameters `from` and `to`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from s1ecs.collect.period import moment_given
from s1ecs.errors import UsageError
from s1ecs.timestamps import time_text

_EVER = "all"
DEFAULT_FROM = _EVER
# Ranges that a click chooses, the value of `from` with its words.
CHOICES = (
    ("-1h", "1 hour"),
    ("-24h", "24 hours"),
    ("-7d", "7 days"),
    ("-30d", "30 days"),
    ("-90d", "90 days"),
    (_EVER, "all"),
)


@dataclass(frozen=True)
class TimeRange:
    """Bounds as the beginnings of times that documents have: `since` is in the range, `until` is not; None: no bound.

    Without the zone, such a beginning sorts before every time that begins with it, whatever its precision.
    """

    since: str | None
    until: str | None

    @property
    def span(self) -> timedelta | None:
        """Length of the range; None where an end is open."""
        if self.since is None or self.until is None:
            return None
        return datetime.fromisoformat(self.until) - datetime.fromisoformat(self.since)


EVER = TimeRange(None, None)


def time_range(since: str, until: str, now: datetime, default: str = DEFAULT_FROM) -> TimeRange:
    """Read both parameters, relative to `now`; raise UsageError with what is allowed."""
    begins = since or default
    return TimeRange(
        None if begins == _EVER else moment("from", begins, now),
        moment("to", until, now) if until and until != "now" else None,
    )


def moment(name: str, text: str, now: datetime) -> str:
    """Read a time of an address as the beginning of a document's time; raise UsageError with what is allowed."""
    try:
        return time_text(moment_given(text, now)).removesuffix("Z").removesuffix(".000")
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{name}: {error}") from None
