"""Documents refused alone, again and again, with "later" as the reason: the point at which that counts as never.

An honestly busy server must not make dead letters: so a document must have failed many times over a long while, during
which the server took others; and where the answer may be a busy server's, it must be a large one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from s1ecs.outputs.search.bulk import BulkLine

# At the longest pause that is about a quarter of an hour.
_TRIES = 8
_SECONDS = 600.0
# What has nothing beside it to be compared with: everything else may wait behind it.
_SECONDS_WITHOUT_OTHERS = 3_600.0
_LARGE = 1_000_000
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass
class _Refusals:
    """The refusals of a document sent alone: their number, the first one's time, and the others accepted by then."""

    since: float
    taken: int
    tries: int = 0


class Alone:
    """Refusals of single documents, kept over deliveries for as long as the process lives."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], _Refusals] = {}

    def is_proven(self, line: BulkLine, status: int, *, taken: int, before: int) -> bool:
        """Note that a document was refused alone; return whether the document itself is certainly at fault.

        `taken` documents were taken in all by now, `before` of them when this one failed first, with others. `status`
        is 0 where no answer came.
        """
        now = self._clock()
        found = self._known.setdefault((line.key.action, line.key.id), _Refusals(now, before))
        found.tries += 1
        seconds = now - found.since
        large = len(line.data) >= _LARGE
        if found.tries < _TRIES or (status in _BUSY and not large):
            return False
        if taken > found.taken:
            return seconds >= _SECONDS
        return bool(status) and large and seconds >= _SECONDS_WITHOUT_OTHERS

    def forget(self, line: BulkLine) -> None:
        """Forget a document that was accepted, or refused for good."""
        self._known.pop((line.key.action, line.key.id), None)
