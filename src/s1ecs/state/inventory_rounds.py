"""Rounds of an inventory: the complete walk that tells what is gone, and the one that is in doubt."""

from typing import NamedTuple


class RoundDoubt(NamedTuple):
    """A complete walk that is not believed yet: its round, the entities that were known, those it did not see."""

    walked: int
    known: int
    unseen: int

    def __str__(self) -> str:
        """Return the doubt as it stands in logs and tables."""
        return (
            f"the last complete walk found only {self.known - self.unseen} of {self.known} known entities; none is "
            "marked as gone until a second complete walk confirms it"
        )


class Rounds(NamedTuple):
    """The round by which entities are gone, and the later walk that is in doubt, if there is one."""

    completed: int = 0
    doubt: RoundDoubt | None = None

    @property
    def walked(self) -> int:
        """The round of the last complete walk, believed or not."""
        return self.completed if self.doubt is None else self.doubt.walked
