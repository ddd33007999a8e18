"""Order in which the values of a chart are stacked, the gravest on top."""

from collections.abc import Callable
from typing import Any

Rank = Callable[[Any], Any]


def rank_of(stream: str, column: str) -> Rank:
    """Return the rank of the values of a column."""
    if column == "severity":
        return _by_severity
    return _by_confidence if (stream, column) == ("threat", "confidence") else _by_name


def _by_severity(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else -1.0


def _by_confidence(value: Any) -> int:
    return {"malicious": 2, "suspicious": 1}.get(str(value).lower(), 0)


def _by_name(value: Any) -> str:
    return "" if value is None else str(value)
