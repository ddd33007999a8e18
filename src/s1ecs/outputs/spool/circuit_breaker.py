"""Circuit breaker of an output: logged once when it trips and once when it closes, tried again after a while."""

from collections.abc import Callable

from s1ecs.backoff import BackOff
from s1ecs.log_once import LogOnce

# Told in seconds, from any beginning.
MonotonicClock = Callable[[], float]

FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 60.0


class CircuitBreaker:
    """Open while it is too early to try an output again; `warn` and `tell` put a line into the log.

    `consequence` says what becomes of its documents meanwhile.
    """

    def __init__(
        self,
        name: str,
        clock: MonotonicClock,
        warn: Callable[[str], None],
        tell: Callable[[str], None],
        consequence: str = "so they wait in the spool",
    ) -> None:
        self._name = name
        self._clock = clock
        self._warn = warn
        self._tell = tell
        self._consequence = consequence
        self._logged = LogOnce()
        self._pauses = BackOff(FIRST_PAUSE, _LONGEST_PAUSE)
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """True while it is too early to try again."""
        return self.seconds > 0

    @property
    def seconds(self) -> float:
        """Seconds until it is to be tried again; 0 while it is closed."""
        return max(0.0, self._until - self._clock()) if self._pauses.current else 0.0

    def trip(self, reason: str) -> None:
        """Open, twice as long as before, but once for all who failed at the same time."""
        if self.is_open:
            return
        self._until = self._clock() + self._pauses.next()
        reason = reason.removeprefix(f"{self._name}: ")
        if self._logged.changed(self._name, reason):
            self._warn(f"{self._name}: does not accept documents, {self._consequence}: {reason}")

    def close(self, delivered: int = 0) -> None:
        """Close: it takes documents again, and `delivered` that waited were delivered."""
        was_logged = self._logged.over(self._name)
        if delivered:
            self._tell(f"{self._name}: accepts documents again; all waiting documents are delivered: {delivered}")
        elif was_logged:
            self._tell(f"{self._name}: accepts documents again")
        self._pauses.reset()
