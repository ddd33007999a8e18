"""How long to wait before a search server is asked again, and one line in the log for a while of waiting."""

from collections.abc import Callable
from random import Random

_FIRST = 0.5
_LONGEST = 60.0
_GREATEST_DOUBLING = 8


class Patience:
    """Waits longer each time, by chance up to twice as long as at least; says so once until it is over."""

    def __init__(self, name: str, rng: Random, warn: Callable[[str], None], tell: Callable[[str], None]) -> None:
        self._name = name
        self._rng = rng
        self._warn = warn
        self._tell = tell
        self._said = False

    def seconds(self, tries: int, asked: float | None = None) -> float:
        """How long to wait after so many tries; not shorter than the server asked, within the longest."""
        least = min(_FIRST * 2.0 ** min(tries, _GREATEST_DOUBLING), _LONGEST) / 2
        return max(min(asked or 0.0, _LONGEST), least * (1 + self._rng.random()))

    def waits(self, reason: str) -> None:
        """Documents wait for the server, which answers."""
        if not self._said:
            self._warn(f"{self._name}: busy or in trouble, documents are sent again until it takes them: {reason}")
        self._said = True

    def over(self) -> None:
        """It took documents."""
        if self._said:
            self._tell(f"{self._name}: takes documents again")
        self._said = False
