"""Times as text: in a position and for comparing, and as the API takes them for a bound."""

from datetime import UTC, datetime, timedelta

BEGINNING = "1970-01-01T00:00:00.000Z"


def time_text(moment: datetime) -> str:
    """UTC with milliseconds, `2024-01-15T10:00:00.000Z`; such texts compare as the times do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_of(text: str) -> datetime:
    """The reverse of time_text."""
    return datetime.fromisoformat(text)


def earlier(text: str, by: timedelta) -> str:
    """The time that lies `by` before, never before the beginning of 1970."""
    try:
        return max(time_text(moment_of(text) - by), BEGINNING)
    except OverflowError:
        return BEGINNING


def bound(text: str) -> str:
    """A time as the API takes it: whole seconds, so that a bound moves slightly back, never forward."""
    return f"{text[:19]}Z"
