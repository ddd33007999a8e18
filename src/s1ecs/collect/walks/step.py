"""A step: some records, and the position behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from s1ecs.errors import ConsoleError, NotFound
from s1ecs.records import Record

# In place of a record's time: its id is remembered always, because it may be read again at any time.
ALWAYS = "always"


def version_mark(item: str, version: str) -> str:
    """In place of a record's time: its id is remembered until the item has another version."""
    return f"item {item} {version}"


class ItemDone(NamedTuple):
    """An item that was read through, and the version of it."""

    key: str
    version: str | None


class ItemFailed(NamedTuple):
    """An item whose call failed for good, as the list had it; unless it is gone, it is asked for again at each poll.

    `again`: it was asked for again, and failed again.
    """

    key: str
    item: Any
    error: ConsoleError
    again: bool = False

    @property
    def name(self) -> str:
        """The item for people: what its key holds, such as an application's name and vendor."""
        return ", ".join("none" if part is None else str(part) for part in orjson.loads(self.key))

    @property
    def gone(self) -> bool:
        """Whether the console has no such item any more."""
        return isinstance(self.error, NotFound)


@dataclass(frozen=True)
class Step:
    """Records that are delivered together, and where the walk goes on once they are.

    `times` are the records' own times, one each, as text, or a mark that says how long their ids are remembered;
    `fetched` is when their page arrived, `total` how many records the console says there are in all, None where it
    does not say; `notes` are entries of the answer's `errors` that said something beside the data. `done` and `failed`
    are items of a call each. `missed`: an answer had no list at all, which tells nothing of what the console holds.
    """

    records: Sequence[Record]
    times: Sequence[str]
    position: Mapping[str, Any]
    fetched: datetime
    total: int | None = None
    notes: Sequence[Any] = ()
    done: Sequence[ItemDone] = ()
    failed: Sequence[ItemFailed] = ()
    missed: bool = False
