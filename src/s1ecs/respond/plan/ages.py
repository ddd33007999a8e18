"""Ages of the console's times, for people."""

from datetime import UTC, datetime, timedelta
from typing import Any

_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def with_age(time: Any, now: datetime, otherwise: str = "never") -> str:
    """A time of a record, and how long ago that is: `2026-01-31T12:00:00Z (3m9s ago)`."""
    if not time:
        return otherwise
    moment = moment_of(time)
    return str(time) if moment is None else f"{time} ({length(now - moment)} ago)"


def length(span: timedelta) -> str:
    """A length of time by its two largest units; one that lies ahead counts as none."""
    seconds = max(int(span.total_seconds()), 0)
    parts: list[str] = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append(f"{count}{unit}" if count else "")
        if len(parts) == 2:  # noqa: PLR2004 - more is of no use
            break
    return "".join(parts) or "0s"


def moment_of(time: Any) -> datetime | None:
    """A time of a record; None for what is none."""
    try:
        moment = datetime.fromisoformat(str(time))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
