"""Cutting a list into pages, with cursors that are keyset positions, as the API's lists are paged."""

import base64
import binascii
import bisect
import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from s1ecs.standin.refusal import bad_cursor
from s1ecs.standin.shelf import Condition, Shelf, ShelfPlace

_DEFAULT_LIMIT = 10
# What may differ from page to page; all else belongs to the list that a cursor was given for.
_OF_THE_PAGE = ("cursor", "countOnly", "limit", "skip", "skipCount")


@dataclass(frozen=True)
class PageRequest:
    """Request for a page: the list (sort path, direction, conditions) and the piece of it."""

    sort: str
    conditions: Sequence[Condition]
    given: Mapping[str, Any]

    @property
    def descending(self) -> bool:
        """True if the greatest comes first."""
        return bool(self.given.get("sortOrder") == "desc")

    @property
    def limit(self) -> int | None:
        """Most records of a page; None for all that are left."""
        return None if self.given.get("disablePagination") else int(self.given.get("limit", _DEFAULT_LIMIT))

    @property
    def list_name(self) -> str:
        """Names the list, so that no cursor is taken for another."""
        asked = {key: value for key, value in self.given.items() if key not in _OF_THE_PAGE}
        text = orjson.dumps([self.sort, self.descending, asked], default=list, option=orjson.OPT_SORT_KEYS)
        return hashlib.blake2b(text, digest_size=6).hexdigest()


def answer(shelf: Shelf, page: PageRequest) -> bytes:
    """Return the body of the answer; raise Refusal for a cursor that is none of this list."""
    given = page.given
    if given.get("countOnly"):
        return _envelope([], None, count(shelf, page))
    after = read_cursor(page, given["cursor"]) if "cursor" in given else None
    start = given.get("skip", 0)
    stop = None if page.limit is None else start + page.limit + 1
    places = list(islice(fitting(shelf, page, after), start, stop))
    following = None
    if page.limit is not None and len(places) > page.limit:
        places.pop()
        following = cursor_behind(page, places[-1])
    counted = after is None and not given.get("skipCount")
    total = count(shelf, page) if counted else 0
    return _envelope([shelf.body(place.number) for place in places], following, total)


def count(shelf: Shelf, page: PageRequest) -> int:
    """Return how many records meet all conditions."""
    return sum(1 for _ in fitting(shelf, page, None))


def fitting(shelf: Shelf, page: PageRequest, after: tuple[str, str] | None) -> Iterator[ShelfPlace]:
    """Yield the places of the records that meet all conditions, in the page's order, behind `after`."""
    order = shelf.order(page.sort)
    tests = [([shelf.column(path) for path in paths], test) for paths, test in page.conditions]
    numbers = _numbers(order, after, descending=page.descending)
    for index in numbers:
        place = order[index]
        if all(any(test(column[place.number]) for column in columns) for columns, test in tests):
            yield place


def _numbers(order: list[ShelfPlace], after: tuple[str, str] | None, *, descending: bool) -> range:
    if descending:
        last = len(order) if after is None else bisect.bisect_left(order, ShelfPlace(*after, -1))
        return range(last - 1, -1, -1)
    first = 0 if after is None else bisect.bisect_right(order, ShelfPlace(*after, sys.maxsize))
    return range(first, len(order))


def cursor_behind(page: PageRequest, last: ShelfPlace) -> str:
    """Return the cursor of the list that goes on behind that place."""
    return base64.b64encode(orjson.dumps([page.list_name, last.value, last.id])).decode()


def read_cursor(page: PageRequest, cursor: str) -> tuple[str, str]:
    """Return the value and the id that the cursor stands behind; raise Refusal if it is none of this list."""
    try:
        match orjson.loads(base64.b64decode(cursor, validate=True)):
            case [page.list_name, str(value), str(identity)]:
                return value, identity
    except (ValueError, binascii.Error):
        pass
    raise bad_cursor()


def _envelope(bodies: list[bytes], cursor: str | None, total: int) -> bytes:
    pagination = orjson.dumps({"nextCursor": cursor, "totalItems": total})
    return b'{"data":[' + b",".join(bodies) + b'],"pagination":' + pagination + b"}"
