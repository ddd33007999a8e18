"""The position of a backfill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from s1ecs.collect.positions.saved import SavedPosition, check_version, written


@dataclass(frozen=True)
class SlicePosition:
    """The number of the slice in hand, and the position within it, which only the stream's strategy understands."""

    slice: int = 0
    within: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, saved: SavedPosition) -> "SlicePosition":
        """Read a position that was saved; of an empty one that of a backfill that has not begun."""
        check_version(saved)
        return cls(saved.get("slice", 0), saved.get("within", {}))

    def write(self) -> dict[str, Any]:
        """Write the position as JSON; `read` is the reverse."""
        return written({"slice": self.slice, "within": self.within or None})
