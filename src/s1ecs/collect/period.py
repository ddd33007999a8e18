"""A past period, its slices, and the times that a user gives for it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from s1ecs.ecs.converters import Bad
from s1ecs.ecs.dates import date
from s1ecs.settings.units import parse_duration
from s1ecs.timestamps import bound, moment_of, time_text

ALLOWED_MOMENTS = "a time such as 2026-01-31, 2026-01-31T12:00:00Z, 2d (ago), -24h, yesterday, today or now"

_SLICE = timedelta(days=1)
# Days before today, at whose beginning (UTC) a word stands.
_DAYS_AGO = {"today": 0, "yesterday": 1}


def moment_given(text: str, now: datetime) -> datetime:
    """Read a time as users write it, absolute or relative to `now`, in UTC; a ValueError says what is allowed."""
    word = text.strip().lower()
    if word == "now":
        return now.astimezone(UTC)
    if word in _DAYS_AGO:
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=_DAYS_AGO[word])
    with suppress(ValueError):
        return now.astimezone(UTC) - parse_duration(word.removeprefix("-"))
    try:
        return moment_of(date(text.strip()))
    except (Bad, ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a time; expected {ALLOWED_MOMENTS}") from None


@dataclass(frozen=True)
class Period:
    """A range of time, both ends in it, in whole seconds."""

    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """The name of the checkpoint of its backfill."""
        return f"backfill {self.bounds}"

    @property
    def bounds(self) -> str:
        """Both ends as text."""
        return " to ".join(self.ends)

    @property
    def ends(self) -> tuple[str, str]:
        """Both ends, each as a user may give it."""
        return bound(time_text(self.start)), bound(time_text(self.end))

    def slices(self) -> list["Period"]:
        """Cut it into pieces of a day each, the last one shorter."""
        count = max(1, -((self.start - self.end) // _SLICE))
        starts = [self.start + number * _SLICE for number in range(count)]
        return [Period(start, min(start + _SLICE, self.end)) for start in starts]
