"""Range of time of a view."""

from datetime import UTC, datetime, timedelta

import pytest

from s1ecs.errors import UsageError
from s1ecs.web.questions.time_range import CHOICES, TimeRange, time_range

NOW = datetime(2026, 1, 31, 12, 30, 15, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("", "", TimeRange(None, None)),
        ("all", "now", TimeRange(None, None)),
        ("-24h", "", TimeRange("2026-01-30T12:30:15.250", None)),
        ("yesterday", "today", TimeRange("2026-01-30T00:00:00", "2026-01-31T00:00:00")),
        ("2026-01-01", "2026-01-01T00:00:00.500Z", TimeRange("2026-01-01T00:00:00", "2026-01-01T00:00:00.500")),
        ("2026-01-01T01:00:00+02:00", "", TimeRange("2025-12-31T23:00:00", None)),
    ],
)
def test_ranges(since: str, until: str, expected: TimeRange) -> None:
    """Times are absolute or relative to the present; without any there is no bound."""
    assert time_range(since, until, NOW) == expected


@pytest.mark.parametrize(
    ("since", "until", "name"), [("soon", "", "from"), ("", "1e9", "to"), ("999999999d", "", "from")]
)
def test_what_is_no_time(since: str, until: str, name: str) -> None:
    """An error names the parameter and what is allowed."""
    with pytest.raises(UsageError, match=f"^{name}: .*"):
        time_range(since, until, NOW)


def test_choices_are_ranges() -> None:
    """Each range that the page offers is one, and the default is among them."""
    assert [time_range(value, "", NOW).until for value, _ in CHOICES] == [None] * len(CHOICES)
    assert time_range("", "", NOW) in [time_range(value, "", NOW) for value, _ in CHOICES]


def test_span() -> None:
    """A range has a length where it has both ends."""
    assert TimeRange("2026-01-01T00:00:00", "2026-01-02T12:00:00.500").span == timedelta(hours=36, milliseconds=500)
    assert TimeRange("2026-01-01T00:00:00", None).span is None
