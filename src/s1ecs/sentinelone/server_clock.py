"""The console's time, from the `Date` header of its answers, and how far it is from ours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from s1ecs.sentinelone.steady_clock import steady_since

# A `Date` of another year is not the time of a clock. An appliance without a battery begins in 1970, so that counts;
# with what settings add to it or take from it, a time stays within what a date can say.
_YEARS = range(1970, 3000)
# Our own clock is not set yet if it shows a year before this; the console's is taken for ours then.
_FIRST_YEAR_OF_OURS = 2013
# A `Date` has whole seconds.
_SECOND = 1.0


@dataclass(frozen=True)
class Clocks:
    """The console's clock and ours at one moment, UTC.

    The console's clock is ahead of ours by at least `least` and at most `most` seconds; both None: no answer told.
    `base` is our time at the beginning of the steady clock that `since` names, in seconds since 1970: a difference
    between two of one beginning is how far our clock was set.
    """

    console: datetime
    ours: datetime
    least: float | None = None
    most: float | None = None
    base: float = 0.0
    since: str = ""

    @property
    def earlier(self) -> datetime:
        """The time that it surely is: either clock may be ahead of it."""
        return min(self.console, self.ours)

    @property
    def later(self) -> datetime:
        """The latest time that it may be."""
        return max(self.console, self.ours)


class ConsoleTime:
    """The console's clock as its answers told it, carried on by this machine's steady clock; ours until the first.

    `clock` returns our time in UTC, `steady` seconds since the beginning that `since` names.
    """

    def __init__(
        self, clock: Callable[[], datetime], steady: Callable[[], float], since: Callable[[], str] = steady_since
    ) -> None:
        self._clock = clock
        self._steady = steady
        self._since = since
        # The console's time, in seconds since 1970, when the steady clock shows 0: at least and at most.
        self._zero: tuple[float, float] | None = None
        self.difference: float | None = None

    @property
    def known(self) -> bool:
        """True once a response has told the time."""
        return self._zero is not None

    def learn(self, date: str | None, sent: float | None = None) -> None:
        """Take the `Date` header of an answer that arrived just now to a request sent at `sent` of the steady clock.

        The console wrote it at some moment between the two, so that a slow answer alone does not make its clock step
        back. Anything that is not the date of a clock is passed over.
        """
        moment = http_date(date)
        if moment is None:
            return
        arrived = self._steady()
        waited = 0.0 if sent is None else max(0.0, arrived - sent)
        least = moment.timestamp() - arrived
        most = least + waited + _SECOND
        if self._zero is not None and least <= self._zero[1] and self._zero[0] <= most:
            least, most = max(least, self._zero[0]), min(most, self._zero[1])
        self._zero = least, most
        ahead = (moment - self._clock()).total_seconds()
        self.difference = ahead if ahead > 0 else min(ahead + waited, 0.0)

    def now(self) -> datetime:
        """Return the console's time in UTC; never ahead of the console, whose answers tell whole seconds only."""
        if self._zero is None:
            return self._clock()
        return datetime.fromtimestamp(self._zero[0], UTC) + timedelta(seconds=self._steady())

    def clocks(self) -> Clocks:
        """Return both clocks as they stand now."""
        ours, steady = self._clock(), self._steady()
        if ours.year < _FIRST_YEAR_OF_OURS and self._zero is not None:
            return Clocks(self.now(), self.now(), 0.0, 0.0)
        base = ours.timestamp() - steady
        if self._zero is None:
            return Clocks(ours, ours, base=base, since=self._since())
        least, most = self._zero
        return Clocks(self.now(), ours, least - base, most - base, base, self._since())

    def seconds_asked(self, retry_after: str | None) -> float | None:
        """Read a `Retry-After` header, seconds or a date, as seconds from now; None if absent or neither."""
        if retry_after is None:
            return None
        if retry_after.strip().isdecimal():
            return float(retry_after)
        moment = http_date(retry_after)
        return None if moment is None else max(0.0, (moment - self.now()).total_seconds())


def http_date(text: str | None) -> datetime | None:
    """Read a date of an HTTP header; None if it is none, or is none in UTC."""
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None
