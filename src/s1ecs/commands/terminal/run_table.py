"""Live table of `s1ecs run` below its log: what every stream does at the moment."""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from s1ecs.collect.outcome import Counts, Outcome
from s1ecs.commands.terminal.layout import cell_width, laid_out
from s1ecs.commands.terminal.writer import ERR, cell
from s1ecs.monitor.stream_status import short_duration
from s1ecs.state.checkpoints import LIVE, WalkName
from s1ecs.state.status import Key, LastPoll
from s1ecs.timestamps import moment_of

_COLUMNS = ("stream", "state", "last poll", "new", "rate", "lag")
# What goes first where the terminal is narrow, and what is left to the log above.
_DROPPED = ("rate", "last poll")
_LEAST_LOG_LINES = 8
_GAP = 2
# The rate is that of so many seconds.
_RATE_SECONDS = 60


class _Rate:
    """Records of the last minute, one bucket a second: memory does not grow with the data.

    Another thread reads while steps are counted; a bucket is replaced as a whole.
    """

    def __init__(self) -> None:
        self._buckets = [(-_RATE_SECONDS, 0)] * _RATE_SECONDS

    def add(self, now: float, records: int) -> None:
        """Count records at a time, in seconds."""
        place = int(now) % _RATE_SECONDS
        second, before = self._buckets[place]
        self._buckets[place] = (int(now), records + (before if second == int(now) else 0))

    def records(self, now: float) -> int:
        """Return the number of records of the last minute."""
        return sum(count for second, count in self._buckets if int(now) - _RATE_SECONDS <= second)


@dataclass
class _Row:
    """A stream since the start; `quiet`: its last poll brought nothing, so that an old newest record is no lag."""

    state: str = "waiting"
    polled: datetime | None = None
    new: int = 0
    quiet: bool = True
    newest: datetime | None = None
    rate: _Rate = field(default_factory=_Rate)


class RunTable:
    """Observer of all streams, whose steps and polls it lays out as a table."""

    def __init__(
        self,
        streams: Sequence[tuple[str, str]],
        *,
        clock: Callable[[], float] = time.monotonic,
        utc: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._rows = {of: _Row() for of in streams}
        self._one_console = len({console for console, _ in streams}) == 1
        self._clock, self._utc = clock, utc

    def polled_before(self, polls: Mapping[Key, LastPoll]) -> None:
        """Begin with the last polls of earlier processes: a stream may not be due for a day."""
        for key, poll in polls.items():
            if row := self._rows.get(key):
                row.polled = moment_of(poll.polled)
                row.newest = None if poll.newest is None else moment_of(poll.newest)

    def step(self, walk: WalkName, counts: Counts) -> None:
        """Note that a step was delivered."""
        row = self._rows.setdefault((walk.console, walk.stream), _Row())
        row.state = "reading"
        row.new += counts.delivered
        row.rate.add(self._clock(), counts.records)

    def walked(self, outcome: Outcome, now: datetime) -> None:
        """Note how a walk ended; `now` by the console's clock."""
        row = self._rows.setdefault((outcome.walk.console, outcome.walk.stream), _Row())
        row.polled = self._utc()
        row.state = outcome.state
        if outcome.walk.walk == LIVE:
            row.quiet = not outcome.counts.delivered
            if outcome.newest is not None:
                # By this machine's clock, so that the table can go on counting.
                row.newest = self._utc() - max(now - moment_of(outcome.newest), timedelta(0))

    def lines(self, width: int, height: int, *, unicode: bool) -> list[str]:
        """Lay out the table within a terminal; streams in trouble come first where not all fit."""
        rows = sorted([*self._rows.items()], key=lambda item: item[1].state not in {"failed", "skipped"})
        most = max(1, height - _LEAST_LOG_LINES)
        shown = rows if len(rows) <= most else rows[: most - 1]
        if len(rows) <= most:
            shown = [*self._rows.items()]
        titles, cells = list(_COLUMNS), [self._cells(*of, row) for of, row in shown]
        for title in _DROPPED:
            natural = [max(map(cell_width, column)) for column in zip(titles, *cells, strict=True)]
            if sum(natural) + _GAP * (len(titles) - 1) <= width:
                break
            place = titles.index(title)
            titles.pop(place)
            for line in cells:
                line.pop(place)
        lines = laid_out(titles, cells, width, "cut", unicode=unicode)
        left = len(rows) - len(shown)
        return [*lines, *([f"and {left} more; s1ecs streams lists all"[:width]] if left else [])]

    def _cells(self, console: str, stream: str, row: _Row) -> list[str]:
        return [
            cell(stream if self._one_console else f"{console} {stream}"),
            row.state,
            "" if row.polled is None else f"{row.polled:%H:%M:%SZ}",
            f"{row.new:,}",
            self._rate(row),
            self._lag(row),
        ]

    def _rate(self, row: _Row) -> str:
        """Records read per second in the last minute."""
        records = row.rate.records(self._clock())
        if records < _RATE_SECONDS:
            return f"{records}/min" if records else ""
        return f"{records / _RATE_SECONDS:,.0f}/s"

    def _lag(self, row: _Row) -> str:
        """The age of the newest record; of a stream whose last poll brought nothing it is no lag."""
        if row.newest is None:
            return ""
        age = short_duration(max(self._utc() - row.newest, timedelta(0)))
        return f"newest {age} ago" if row.quiet else age


@contextlib.contextmanager
def shown(table: RunTable) -> Iterator[None]:
    """Show the table at the bottom of the terminal, below the lines of the log."""

    def lines() -> str:
        width, height = shutil.get_terminal_size()
        return "\n".join(table.lines(width, height, unicode=ERR.is_unicode))

    with ERR.live(lines):
        yield
