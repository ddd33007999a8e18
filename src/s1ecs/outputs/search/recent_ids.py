"""Recently delivered ids of a console's stream: the documents that may be there already."""

from collections import deque
from collections.abc import Iterable, Sequence

# So many batches in a row, with so many documents in them and none that was there, and a start is behind us.
_QUIET_BATCHES = 10
_QUIET_DOCUMENTS = 500
# Batches whose documents may come again because a commit failed, or another output did.
_REMEMBERED_BATCHES = 8


class RecentIds:
    """The ids of one console and stream, since the process began."""

    def __init__(self) -> None:
        self._quiet_batches = 0
        self._quiet_documents = 0
        self._lately: deque[frozenset[str]] = deque(maxlen=_REMEMBERED_BATCHES)
        self._doubtful: set[str] = set()

    @property
    def is_fresh(self) -> bool:
        """True while an earlier process may have delivered what comes now."""
        return self._quiet_batches < _QUIET_BATCHES or self._quiet_documents < _QUIET_DOCUMENTS

    def sent_before(self, ids: Iterable[str]) -> frozenset[str]:
        """Return the ids that were sent already, whether they arrived or not."""
        return frozenset(each for each in ids if each in self._doubtful or any(each in batch for batch in self._lately))

    def looked_up(self, asked: int, found: int) -> None:
        """Note that so many documents of a batch were looked up, and so many of them found."""
        if found:
            self._quiet_batches = self._quiet_documents = 0
        elif asked:
            self._quiet_batches += 1
            self._quiet_documents += asked

    def doubt(self, ids: Iterable[str]) -> None:
        """Note that these may have arrived."""
        self._doubtful.update(ids)

    def delivered(self, ids: Sequence[str]) -> None:
        """Note that these are durable."""
        self._doubtful.difference_update(ids)
        self._lately.append(frozenset(ids))
