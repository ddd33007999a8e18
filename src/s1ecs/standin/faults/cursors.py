"""Cursors of a page that was changed: they stand for the console's own cursor, and for records to come once more."""

import base64
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from s1ecs.standin.json_object import JsonObject

# Of a walk that was given up nobody asks for the rest; what was kept longest goes first.
_MOST_KEPT = 1000


class Continuation(NamedTuple):
    """Continuation of a list: the console's cursor (None: at the beginning), and records that come first."""

    cursor: str | None
    records: tuple[JsonObject, ...] = ()


class Cursors:
    """The cursors that were given out; each may be used any number of times."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Continuation] = OrderedDict()
        self._given = 0

    def give(self, cursor: str | None, records: Sequence[JsonObject] = ()) -> str:
        """Return a cursor that leads to `records`, and then to where the console's own cursor leads."""
        self._given += 1
        given = base64.b64encode(f"changed page {self._given}".encode()).decode()
        self._kept[given] = Continuation(cursor, tuple(records))
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return given

    def find(self, cursor: str | None) -> Continuation:
        """Return what the cursor of a request stands for; one of the console stands for itself."""
        return self._kept.get(cursor or "", Continuation(cursor))
