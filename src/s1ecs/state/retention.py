"""Retention of the documents in the store: limits, and the small steps in which it removes the oldest. A Protocol.

The latest state of an entity stays whatever its age: it is what the console still has, and would not be delivered
again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

# Seconds, from any beginning.
Stopwatch = Callable[[], float]


@dataclass(frozen=True)
class Keep:
    """Limits of the store: documents of the last so many days, and so many bytes; None: no limit."""

    days: int | None = None
    size: int | None = None

    @property
    def everything(self) -> bool:
        """Tell whether nothing is ever pruned."""
        return self.days is None and self.size is None


class PruneCursor(NamedTuple):
    """The last document that was looked at, in the order of their times."""

    time: str = ""
    row: int = 0


class Stepped(NamedTuple):
    """The result of a step: the number of removed documents, and where the next step resumes; None: nothing is left."""

    removed: int
    place: PruneCursor | None


class Retention(Protocol):
    """The steps of pruning, each in a transaction of its own of some hundredths of a second."""

    async def prune_step(self, place: PruneCursor, before: str | None, size: int | None, clock: Stopwatch) -> Stepped:
        """Remove some documents behind `place`: those before `before` and any while over `size` bytes are in use."""

    async def used_bytes(self) -> int:
        """Return the bytes in use, except for what waits in spools."""

    async def give_back(self, clock: Stopwatch) -> bool:
        """Return some free space to the disk; tell whether there is more."""
