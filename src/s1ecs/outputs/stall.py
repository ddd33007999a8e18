"""Whether an output stalls: said once when it begins and once when it ends, tried again after a while."""

from collections.abc import Callable

# Told in seconds, from any beginning.
Clock = Callable[[], float]

FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 60.0


class Stall:
    """An output's stall, if there is one; `warn` and `tell` put a line into the log."""

    def __init__(self, name: str, clock: Clock, warn: Callable[[str], None], tell: Callable[[str], None]) -> None:
        self._name = name
        self._clock = clock
        self._warn = warn
        self._tell = tell
        self._reason = ""
        self._pause = 0.0
        self._until = 0.0

    @property
    def lasts(self) -> bool:
        """Whether it is too early to try again."""
        return self.seconds > 0

    @property
    def seconds(self) -> float:
        """How long until it is to be tried again; 0 where nothing stalls."""
        return max(0.0, self._until - self._clock()) if self._pause else 0.0

    def failed(self, reason: str) -> None:
        """Begin, or go on: twice as long as before, but once for all who failed at the same time."""
        if self.lasts:
            return
        self._pause = min(max(2 * self._pause, FIRST_PAUSE), _LONGEST_PAUSE)
        self._until = self._clock() + self._pause
        reason = reason.removeprefix(f"{self._name}: ")
        if reason != self._reason:
            self._warn(f"{self._name}: takes no documents now, so they wait in the spool: {reason}")
        self._reason = reason

    def over(self, delivered: int = 0) -> None:
        """It takes documents again, and `delivered` that waited were delivered."""
        if delivered:
            self._tell(f"{self._name}: takes documents again; all that waited are delivered: {delivered}")
        elif self._reason:
            self._tell(f"{self._name}: takes documents again")
        self._reason = ""
        self._pause = 0.0
