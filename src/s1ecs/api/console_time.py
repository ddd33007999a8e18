"""The console's time, from the `Date` header of its answers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


class ConsoleTime:
    """The console's clock as last seen, carried on by this machine's steady clock; ours until the first answer.

    `clock` returns our time in UTC, `monotonic` steady seconds.
    """

    def __init__(self, clock: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._seen: tuple[datetime, float] | None = None
        self.difference: float | None = None

    @property
    def known(self) -> bool:
        """Whether an answer told the time yet."""
        return self._seen is not None

    def learn(self, date: str | None) -> None:
        """Take the `Date` header of an answer that arrived just now; anything that is no date is passed over."""
        moment = http_date(date)
        if moment is not None:
            self._seen = moment, self._monotonic()
            self.difference = (moment - self._clock()).total_seconds()

    def now(self) -> datetime:
        """Return the console's time in UTC; its answers tell whole seconds only."""
        if self._seen is None:
            return self._clock()
        moment, at = self._seen
        return moment + timedelta(seconds=self._monotonic() - at)

    def seconds_asked(self, retry_after: str | None) -> float | None:
        """Read a `Retry-After` header, seconds or a date, as seconds from now; None if absent or neither."""
        if retry_after is None:
            return None
        if retry_after.strip().isdecimal():
            return float(retry_after)
        moment = http_date(retry_after)
        return None if moment is None else max(0.0, (moment - self.now()).total_seconds())


def http_date(text: str | None) -> datetime | None:
    """Read a date of an HTTP header; None if it is none."""
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
