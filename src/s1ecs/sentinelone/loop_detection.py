"""The trail of a walk through pages: it shows a walk that leads nowhere, in memory that does not grow with the list."""

from collections import deque
from collections.abc import Generator, Sequence
from hashlib import blake2b
from typing import Any

from s1ecs.records import dumps

# Five pages in a row, each with less than a tenth that is new: shifted pages repeat a part of their records only, and
# between two readings of the same page some of its records may have changed.
_STANDSTILL = 5
_NEW_IN = 10
# So many pages are remembered at each place that is; one more than stand still, since pages may begin elsewhere.
_PAGES = _STANDSTILL + 1
# Where filters leave nothing, a console may give an empty page or two before the next record.
_EMPTY_IN_A_ROW = 20
_CURSORS = 10_000
# Of a page as large as this one record in so many tells whether it came before.
_LARGE_PAGE = 400
_ONE_IN = 8


class Trail:
    """Trail of a walk: some of its cursors, and digests of the records of some of its pages.

    Remembered are the last pages, the first ones, and those behind the last page whose number is a power of two: so a
    walk in circles comes back to remembered pages, wherever the circle begins and however long it is (Brent's way of
    finding a cycle). The same for cursors, of which many more are remembered.
    """

    def __init__(self, cursor: str | None) -> None:
        self._cursors: dict[bytes, None] = {}
        self._anchor_cursor = b""
        self._number = 0
        self._first: list[frozenset[int]] = []
        self._anchor: list[frozenset[int]] = []
        self._last: deque[frozenset[int]] = deque(maxlen=_PAGES)
        self._still = self._empty = 0
        if cursor is not None:
            self._remember(_digest(cursor))

    def following(self, records: Sequence[Any], cursor: str) -> Generator[None, None, str]:
        """Take note of a page and of the cursor that it names: the reason why the walk has no end, "" if it may have.

        Yields wherever there is time for something else. A page that was passed over because it can't be read has no
        place here; see `comes_again`.
        """
        self._number += 1
        if self._number & (self._number - 1) == 0:
            self._anchor = []
        if reason := self.comes_again(cursor):
            return reason
        if not records:
            self._empty += 1
            return f"{_EMPTY_IN_A_ROW} pages in a row were empty" if self._empty >= _EMPTY_IN_A_ROW else ""
        digests = set()
        for record in _sample(records):
            digests.add(hash(dumps(record)))
            yield
        return self._repeats(frozenset(digests))

    def comes_again(self, cursor: str) -> str:
        """Take note of a cursor alone."""
        digest = _digest(cursor)
        if digest in self._cursors or digest == self._anchor_cursor:
            return "the console returned the same next page twice"
        self._remember(digest)
        return ""

    def _repeats(self, page: frozenset[int]) -> str:
        known = (*self._first, *self._anchor, *self._last)
        new = sum(not any(record in each for each in known) for record in page)
        if len(self._first) < _PAGES:
            self._first.append(page)
        if len(self._anchor) < _PAGES:
            self._anchor.append(page)
        self._last.append(page)
        if new * _NEW_IN >= len(page):
            self._still = self._empty = 0
            return ""
        self._still += 1
        return f"{_STANDSTILL} pages in a row returned the same records again" if self._still >= _STANDSTILL else ""

    def _remember(self, digest: bytes) -> None:
        self._cursors[digest] = None
        if len(self._cursors) > _CURSORS:
            self._cursors.pop(next(iter(self._cursors)))
        if self._number & (self._number - 1) == 0:
            self._anchor_cursor = digest


def _sample(records: Sequence[Any]) -> Sequence[Any]:
    """Choose by their ids the same records of a large page wherever they stand in it; all of any other page."""
    if len(records) < _LARGE_PAGE:
        return records
    ids = ((record, record.get("id")) for record in records if type(record) is dict)
    chosen = [record for record, identity in ids if type(identity) is str and hash(identity) % _ONE_IN == 0]
    return chosen if len(chosen) * _ONE_IN * 2 >= len(records) else records


def _digest(cursor: str) -> bytes:
    # Of any length as it comes.
    return blake2b(cursor.encode("utf-8", "surrogatepass"), digest_size=16).digest()
