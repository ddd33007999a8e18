"""Timestamps as text: in positions, in comparisons, and as bounds for the API."""

from datetime import UTC, datetime, timedelta

BEGINNING = "1970-01-01T00:00:00.000Z"
_END = "9999-12-31T23:59:59.999Z"


def time_text(moment: datetime) -> str:
    """UTC with milliseconds, `2024-01-15T10:00:00.000Z`; such texts compare as the times do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown_time(moment: datetime) -> str:
    """Format a time for people: whole seconds with the zone, always UTC, `2024-01-15T10:00:00Z`."""
    return bound(time_text(moment))


def moment_of(text: str) -> datetime:
    """The reverse of time_text."""
    return datetime.fromisoformat(text)


def earlier(text: str, by: timedelta) -> str:
    """The time that lies `by` before, never before the beginning of 1970."""
    try:
        return max(time_text(moment_of(text) - by), BEGINNING)
    except OverflowError:
        return BEGINNING


def later(text: str, by: timedelta) -> str:
    """The time that lies `by` behind, or before if negative; never outside of what a position can hold."""
    if by < timedelta(0):
        return earlier(text, -by)
    try:
        return time_text(moment_of(text) + by)
    except OverflowError:
        return _END


def bound(text: str) -> str:
    """A time as the API takes it: whole seconds, so that a bound moves slightly back, never forward."""
    return f"{text[:19]}Z"
