"""The round of a complete walk: a part of the position of every walk that tells what is gone."""

from dataclasses import dataclass
from typing import Any

from s1ecs.collect.positions.saved import SavedPosition


@dataclass(frozen=True)
class RoundPosition:
    """The round of the walk, and how many things were known when it began; None before that was counted.

    `missed`: something of this walk could not be read, so it does not tell what is gone.
    """

    known: int | None = None
    round: int = 0
    missed: bool = False

    @classmethod
    def read(cls, saved: SavedPosition) -> "RoundPosition":
        """Read the part from the walk's position."""
        return cls(saved.get("known"), saved.get("round", 0), bool(saved.get("missed")))

    def write(self) -> dict[str, Any]:
        """Write the part of the walk's position; `read` is the reverse."""
        if self.known is None:
            return {}
        return {"known": self.known, "round": self.round, **({"missed": True} if self.missed else {})}
