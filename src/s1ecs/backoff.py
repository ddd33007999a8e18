"""Waits that grow from one failure to the next."""

from collections.abc import Callable


class BackOff:
    """Waits of `first` seconds, then `factor` times as long each time, up to `longest`.

    With `random`, which returns numbers from 0 to 1, a wait is between half of that and all of it.
    """

    def __init__(
        self, first: float, longest: float, factor: float = 2.0, random: Callable[[], float] | None = None
    ) -> None:
        self._first = first
        self._longest = longest
        self._factor = factor
        self._random = random
        self._failures = 0
        self.current = 0.0

    def seconds(self, failures: int) -> float:
        """Return the wait after so many failures before this one; for callers that count themselves."""
        try:
            wait = min(self._first * self._factor**failures, self._longest)
        except OverflowError:
            wait = self._longest
        return wait if self._random is None else wait / 2 * (1 + self._random())

    def next(self) -> float:
        """Count a failure and return its wait, which is `current` until the next one or `reset`."""
        self.current = self.seconds(self._failures)
        self._failures += 1
        return self.current

    def reset(self) -> None:
        """Begin with the first wait again; until then `current` is 0."""
        self._failures = 0
        self.current = 0.0
