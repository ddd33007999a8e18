"""Geometry of a chart of counts over time."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s1ecs.web.drawing.stacking import rank_of
from s1ecs.web.drawing.time_chart import HEIGHT, WIDTH, time_chart
from s1ecs.web.questions.counting import TimeCount
from s1ecs.web.questions.time_range import TimeRange

NOW = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
EVER = TimeRange(None, None)
SEVERITY = rank_of("alert", "severity")
COUNTS = st.dictionaries(
    st.tuples(st.integers(0, 60_000), st.sampled_from([None, 10, 21, 47, 73, 99])), st.integers(1, 10_000), min_size=1
)


def hour(number: int) -> str:
    """Return an hour as counts have it."""
    return (datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=number)).strftime("%Y-%m-%dT%H")


@given(counts=COUNTS)
def test_bars(counts: dict[tuple[int, int | None], int]) -> None:
    """Every count is in one bar; bars lie within the chart, do not overlap, and are as high as their share."""
    given_counts = [TimeCount(hour(number), value, count) for (number, value), count in sorted(counts.items(), key=str)]
    given_counts.sort(key=lambda each: each.hour)
    chart = time_chart(given_counts, EVER, NOW, SEVERITY)
    assert chart is not None
    assert sum(bar.count for bar in chart.bars) == sum(counts.values()) == sum(chart.sums.values())
    assert chart.since <= f"{given_counts[0].hour}:00:00Z"
    assert f"{given_counts[-1].hour}:00:00Z" < chart.until
    columns: dict[str, list[tuple[float, float]]] = {}
    for bar in chart.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH + 0.02
        assert bar.y >= -0.02
        assert bar.y + bar.height <= HEIGHT + 0.02
        assert abs(bar.height - bar.count / chart.highest * HEIGHT) < 0.02
        assert chart.since <= bar.since < bar.until <= chart.until
        columns.setdefault(bar.since, []).append((bar.y, bar.y + bar.height))
    for spans in columns.values():
        ordered = sorted(spans)
        assert all(below[0] >= above[1] - 0.03 for above, below in itertools.pairwise(ordered))
    for each in given_counts:
        assert any(bar.since <= f"{each.hour}:00:00Z" < bar.until and bar.value == each.value for bar in chart.bars)


def test_the_gravest_is_on_top() -> None:
    """Severities are stacked with the gravest on top, and the sums are in the same order."""
    counts = [TimeCount("2026-01-31T10", value, 1) for value in (99, None, 21, 73)]
    chart = time_chart(counts, EVER, NOW, SEVERITY)
    assert chart is not None
    assert [bar.value for bar in sorted(chart.bars, key=lambda bar: -bar.y)] == [None, 21, 73, 99]
    assert [*chart.sums] == [None, 21, 73, 99]


def test_a_range_is_shown_whole() -> None:
    """The chart covers the range that was asked for, also where nothing happened."""
    counts = [TimeCount("2026-01-30T10", None, 2)]
    chart = time_chart(counts, TimeRange("2026-01-30T00:00:00", "2026-01-31T00:00:00"), NOW, SEVERITY)
    assert chart is not None
    assert (chart.since, chart.until, chart.highest) == ("2026-01-30T00:00:00Z", "2026-01-31T00:00:00Z", 2)
    open_end = time_chart(counts, TimeRange("2026-01-30T00:00:00", None), NOW, SEVERITY)
    assert open_end is not None
    assert open_end.until == "2026-01-31T13:00:00Z"


def test_nothing_to_show() -> None:
    """Without counts there is no chart."""
    assert time_chart([], EVER, NOW, SEVERITY) is None


@pytest.mark.parametrize("hours", [["0001-01-01T00"], ["9999-12-31T23"], ["0001-01-01T00", "9999-12-31T23"]])
@pytest.mark.parametrize(
    "within", [EVER, TimeRange("0001-01-01T00:00:00", None), TimeRange(None, "9999-12-31T23:59:59")]
)
def test_the_ends_of_time(hours: list[str], within: TimeRange) -> None:
    """Times of a clock that is far off, and a range over all years, are drawn, in bars that hold them."""
    chart = time_chart([TimeCount(each, None, 1) for each in hours], within, NOW, SEVERITY)
    assert chart is not None
    for each in hours:
        assert any(bar.since <= f"{each}:00:00Z" < bar.until for bar in chart.bars)
    assert all(0 <= bar.x <= WIDTH for bar in chart.bars)
