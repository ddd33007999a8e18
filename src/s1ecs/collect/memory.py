"""How long the ids of what a walk delivers are remembered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Memory:
    """The live walk remembers every id by its record's time, until nothing can read that time again.

    A backfill remembers all ids of the `slice` in hand for itself; the live walk is told of those alone that it may
    still come by: with a time from `horizon` on, or with a mark in place of a time.
    """

    slice: int | None = None
    horizon: str = ""

    def seen(self, ids: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Of (id, time) those that every walk must know."""
        return [(identity, time) for identity, time in ids if time >= self.horizon]

    def own(self, ids: Iterable[str]) -> list[tuple[str, int]]:
        """What the walk itself remembers: (id, slice)."""
        return [] if self.slice is None else [(identity, self.slice) for identity in ids]


EVERYTHING = Memory()
