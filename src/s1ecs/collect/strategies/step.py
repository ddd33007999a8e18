"""A step: some records, and the position behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from s1ecs.collect.positions.saved import SavedPosition
from s1ecs.collect.strategies.record_paths import text_of
from s1ecs.errors import ConsoleError, NotFound
from s1ecs.records import Record, any_record

_LONGEST_NAME = 200


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
        parts = any_record(self.key.encode()).value
        name = (
            ", ".join("none" if part is None else text_of(part) for part in (parts if isinstance(parts, list) else ()))
            or self.key
        )
        return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..."

    @property
    def gone(self) -> bool:
        """Tell whether the console has no such item any more."""
        return isinstance(self.error, NotFound)


@dataclass(frozen=True)
class Step:
    """Records that are delivered together, and the position behind them.

    `times` are the records' own times, one each, as text, or a mark that says how long their ids are remembered;
    `fetched` is when their page arrived, `total` how many records the console says there are in all, None where it
    does not say; `notes` are entries of the answer's `errors` that said something beside the data. `done` and `failed`
    are items of a call each; `through` is how many items of how many listed were read through, None where that is not
    known. `missed`: an answer had no list at all, which tells nothing of what the console holds.
    """

    records: Sequence[Record]
    times: Sequence[str]
    position: SavedPosition
    fetched: datetime
    total: int | None = None
    notes: Sequence[Any] = ()
    done: Sequence[ItemDone] = ()
    failed: Sequence[ItemFailed] = ()
    missed: bool = False
    through: tuple[int, int] | None = None
