"""A chart of counts over time, stacked by value: geometry for SVG, computed on the server."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from s1ecs.web.drawing.stacking import Rank
from s1ecs.web.questions.counting import TimeCount
from s1ecs.web.questions.time_range import TimeRange

WIDTH, HEIGHT = 1000, 200
# The longest range, and the length of its steps.
_STEPS = (
    (timedelta(days=3), timedelta(hours=1)),
    (timedelta(days=21), timedelta(hours=6)),
    (timedelta(days=150), timedelta(days=1)),
    (timedelta(days=1_000), timedelta(days=7)),
    (timedelta(days=5_000), timedelta(days=30)),
)
_LONGEST = timedelta(days=365)
_GAP = 0.12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Clocks of hosts can be anywhere: what lies outside of the years that Python has is moved to their ends.
_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True)
class Bar:
    """A part of a column, in units of the chart, and its meaning: the value, its count, the range of the column."""

    x: float
    y: float
    width: float
    height: float
    value: Any
    count: int
    since: str
    until: str


@dataclass(frozen=True)
class TimeChart:
    """Bars in the order of time, the range that the chart covers, the greatest sum of a column, and sums by value."""

    bars: Sequence[Bar]
    since: str
    until: str
    highest: int
    sums: Mapping[Any, int]


@dataclass(frozen=True)
class _Scale:
    """The first column's time, the length of a column, and the units of a column and of one document."""

    begin: datetime
    step: timedelta
    width: float
    height: float
    rank: Rank

    def stacked(self, place: int, column: Mapping[Any, int]) -> Iterator[Bar]:
        """Yield the bars of a column, the lowest first."""
        begin, below = _later(self.begin, place * self.step), 0
        for value, count in sorted(column.items(), key=lambda each: self.rank(each[0])):
            below += count
            yield Bar(
                round((place + _GAP / 2) * self.width, 2),
                round(HEIGHT - below * self.height, 2),
                round((1 - _GAP) * self.width, 2),
                round(count * self.height, 2),
                value,
                count,
                _text(begin),
                _text(_later(begin, self.step)),
            )


def time_chart(counts: Sequence[TimeCount], within: TimeRange, now: datetime, rank: Rank) -> TimeChart | None:
    """Lay a chart out; values are stacked by `rank`, the lowest at the bottom. None where there is nothing to show."""
    if not counts:
        return None
    begin = _hour(within.since[:13] if within.since else counts[0].hour)
    end = _end(within, counts, now)
    step = next((step for most, step in _STEPS if end - begin <= most), _LONGEST)
    begin = _later(_EPOCH, (begin - _EPOCH) // step * step)
    columns = max(1, -((begin - end) // step))
    grouped: dict[int, dict[Any, int]] = {}
    sums: dict[Any, int] = {}
    for each in counts:
        place = (_hour(each.hour) - begin) // step
        column = grouped.setdefault(place, {})
        column[each.value] = column.get(each.value, 0) + each.count
        sums[each.value] = sums.get(each.value, 0) + each.count
    highest = max(sum(column.values()) for column in grouped.values())
    scale = _Scale(begin, step, WIDTH / columns, HEIGHT / highest, rank)
    bars = [bar for place, column in sorted(grouped.items()) for bar in scale.stacked(place, column)]
    ordered = dict(sorted(sums.items(), key=lambda each: rank(each[0])))
    return TimeChart(bars, _text(begin), _text(_later(begin, columns * step)), highest, ordered)


def _end(within: TimeRange, counts: Sequence[TimeCount], now: datetime) -> datetime:
    newest = _later(_hour(counts[-1].hour), timedelta(hours=1))
    if within.until:
        return max(datetime.fromisoformat(f"{within.until}+00:00") if "T" in within.until else newest, newest)
    return max(newest, now if within.since else newest)


def _hour(text: str) -> datetime:
    try:
        return datetime.fromisoformat(f"{text}:00:00+00:00")
    except ValueError:
        return _EPOCH


def _later(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return _FIRST if by < timedelta(0) else _LAST


def _text(moment: datetime) -> str:
    return f"{moment.isoformat()[:19]}Z"
