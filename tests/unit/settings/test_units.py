from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s1ecs.settings import parse_duration, write_duration


@pytest.mark.parametrize(
    ("text", "seconds", "written"),
    [
        ("24h", 86_400, "1d"),
        ("90d", 90 * 86_400, "90d"),
        ("1s", 1, "1s"),
        ("500ms", 0.5, "500ms"),
        ("1h30m", 5_400, "1h30m"),
        ("1h 30m", 5_400, "1h30m"),
        (" 10M ", 600, "10m"),
        ("1.5h", 5_400, "1h30m"),
        ("2w", 14 * 86_400, "14d"),
        ("0s", 0, "0s"),
        ("1d2h3m4s5ms", 93_784.005, "1d2h3m4s5ms"),
    ],
)
def test_durations(text: str, seconds: float, written: str) -> None:
    """A duration means what its units say, and is written in the plainest units."""
    assert parse_duration(text) == timedelta(seconds=seconds)
    assert write_duration(parse_duration(text)) == written


@pytest.mark.parametrize(
    "text", ["", "5", "5 minutes", "h", "-5m", "1m1h", "1h1h", "5y", "1e3s", ".5h", "40000d", "٣h", "1h,30m"]
)
def test_bad_durations(text: str) -> None:
    """What is no duration is refused with a text that says so."""
    with pytest.raises(ValueError, match=r"is not a duration|is too long"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=36_500 * 86_400_000))
def test_written_durations_read_the_same(milliseconds: int) -> None:
    """Reading what was written gives the same duration, to the millisecond."""
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(write_duration(duration)) == duration
