"""The time for which the ids of what a walk delivers are remembered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class SeenIdPolicy:
    """The live walk remembers every id by its record's time, until nothing can read that time again.

    A backfill remembers all ids of the `slice` in hand for itself; the live walk is told of those alone that it may
    still come by: with a time from `horizon` on, or with a mark in place of a time. Ids with a time before
    `doubted` may be forgotten: of a record whose id is not known the outputs tell whether they have it. A walk for
    `one_output` remembers nothing, because other outputs may lack what it delivers.
    """

    slice: int | None = None
    horizon: str = ""
    doubted: str = ""
    one_output: bool = False

    def seen(self, ids: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Choose of (id, time) those that every walk must know."""
        return [(identity, time) for identity, time in ids if time >= self.horizon] if self.horizon else [*ids]

    def own(self, ids: Iterable[str]) -> list[tuple[str, int]]:
        """Give the ids that the walk itself remembers: (id, slice)."""
        return [] if self.slice is None else [(identity, self.slice) for identity in ids]


EVERYTHING = SeenIdPolicy()
ONE_OUTPUT = SeenIdPolicy(one_output=True)
