"""What an output remembers of a console's stream, to know which documents may be there already."""

from collections import deque
from collections.abc import Iterable, Sequence

# So many batches in a row without any document that was there, and a start is behind us.
_QUIET_BATCHES = 10
# Batches whose documents may come again because a commit failed, or another output did.
_REMEMBERED_BATCHES = 8


class Memory:
    """Of one console and stream, since the process began."""

    def __init__(self) -> None:
        self._quiet = 0
        self._lately: deque[frozenset[str]] = deque(maxlen=_REMEMBERED_BATCHES)
        self._doubtful: set[str] = set()

    @property
    def is_fresh(self) -> bool:
        """Whether an earlier process may have delivered what comes now."""
        return self._quiet < _QUIET_BATCHES

    def sent_before(self, ids: Iterable[str]) -> frozenset[str]:
        """Those of `ids` that were sent already, whether they arrived or not."""
        return frozenset(each for each in ids if each in self._doubtful or any(each in batch for batch in self._lately))

    def looked_up(self, found: int) -> None:
        """A batch was looked up, and so many of its documents were there."""
        self._quiet = 0 if found else self._quiet + 1

    def doubt(self, ids: Iterable[str]) -> None:
        """Nobody knows whether these arrived."""
        self._doubtful.update(ids)

    def delivered(self, ids: Sequence[str]) -> None:
        """These are durable; they come again only if nobody could remember it."""
        self._doubtful.difference_update(ids)
        self._lately.append(frozenset(ids))
