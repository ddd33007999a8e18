"""The records of one stream, kept as the bytes that are sent, with their columns and orders made when first needed."""

import bisect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from s1ecs.standin.rank import rank

_NOTHING: Mapping[str, str] = {}


class ShelfPlace(NamedTuple):
    """Position of a record in an order: by the rank of its value, then by its unique id."""

    value: str
    id: str
    number: int


class ShelfRecord(NamedTuple):
    """State of a record: `readable` if it still is so, `shown` if a response held it, whether or not it arrived.

    `item` is, as JSON, the element of another list that it was asked for by, where it does not tell that itself.
    """

    body: bytes
    readable: bool
    shown: bool
    item: bytes = b"null"


class Shelf:
    """Records in the order in which they came; `identity` is the path to their id."""

    def __init__(self, identity: str) -> None:
        self._identity = identity
        self._bodies: list[bytes] = []
        self._asides: list[Mapping[str, str]] = []
        self._columns: dict[str, list[str]] = {identity: []}
        self._orders: dict[str, list[ShelfPlace]] = {}
        self._numbers: dict[str, int] = {}
        self._gone: set[int] = set()
        self._shown: set[int] = set()

    def __len__(self) -> int:
        return len(self._bodies) - len(self._gone)

    def add(self, record: Mapping[str, Any], aside: Mapping[str, str] = _NOTHING) -> None:
        """Put a record behind the others and at its place in every order.

        `aside` are values by path that filters and orders see, although the record that is sent does not have them.
        """
        number = len(self._bodies)
        # A copy, as what orjson returns lies in a buffer of about ten times its size.
        self._bodies.append(bytes(memoryview(orjson.dumps(record))))
        self._asides.append(aside)
        for path, column in self._columns.items():
            column.append(aside[path] if path in aside else _text(record, path))
        identity = self._columns[self._identity][number]
        self._numbers[identity] = number
        for path, order in self._orders.items():
            bisect.insort(order, ShelfPlace(rank(self._columns[path][number]), identity, number))

    def replace(self, identity: str, record: Mapping[str, Any]) -> None:
        """Put a record, with what is kept beside it, in the place of the one with that id; its former state is gone."""
        number = self._leave(identity)
        self.add(record, self._asides[number])

    def remove(self, identity: str) -> None:
        """Take the record with that id out."""
        self._leave(identity)
        del self._numbers[identity]

    def _leave(self, identity: str) -> int:
        """Take the record of that id out of every order; return its number."""
        number = self._numbers[identity]
        self._gone.add(number)
        for path, order in self._orders.items():
            place = ShelfPlace(rank(self._columns[path][number]), identity, number)
            del order[bisect.bisect_left(order, place)]
        return number

    def ids(self) -> list[str]:
        """Return the ids of all records, in the order in which they first came."""
        return list(self._numbers)

    def record(self, identity: str) -> dict[str, Any]:
        """Return the record of that id."""
        found: dict[str, Any] = orjson.loads(self._bodies[self._numbers[identity]])
        return found

    def states(self) -> Iterator[ShelfRecord]:
        """Yield what every record is, and what it was before."""
        for number, body in enumerate(self._bodies):
            yield ShelfRecord(body, number not in self._gone, number in self._shown)

    def body(self, number: int) -> bytes:
        """Return the record of that number as JSON, to be shown."""
        self._shown.add(number)
        return self._bodies[number]

    def column(self, path: str) -> list[str]:
        """Return every record's value at `path` as text, by record number; "" where there is none."""
        if path not in self._columns:
            self._columns[path] = [
                aside[path] if path in aside else _text(orjson.loads(body), path)
                for body, aside in zip(self._bodies, self._asides, strict=True)
            ]
        return self._columns[path]

    def order(self, path: str) -> list[ShelfPlace]:
        """Return the places of all records, ascending by the rank of the value at `path`."""
        if path not in self._orders:
            values, ids = self.column(path), self.column(self._identity)
            self._orders[path] = sorted(
                ShelfPlace(rank(values[number]), ids[number], number)
                for number in range(len(self._bodies))
                if number not in self._gone
            )
        return self._orders[path]


class Condition(NamedTuple):
    """A record fits if one of its values at `paths` passes `test`."""

    paths: tuple[str, ...]
    test: Callable[[str], bool]


def _text(record: Mapping[str, Any], path: str) -> str:
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
