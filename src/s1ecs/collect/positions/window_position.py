"""The position within a window of time."""

from dataclasses import dataclass
from typing import Any

from s1ecs.collect.positions.saved import SavedPosition, check_version, written


@dataclass(frozen=True)
class WindowPosition:
    """A window in hand: all behind `start` up to `end`; the phase being walked, and the cursor behind what was read."""

    start: str
    end: str
    phase: int = 0
    after: str | None = None

    @classmethod
    def read(cls, saved: SavedPosition) -> "WindowPosition":
        """Read a position that was saved."""
        check_version(saved)
        return cls(saved["start"], saved["end"], saved["phase"], saved.get("after"))

    def write(self) -> dict[str, Any]:
        """Write the position as JSON; `read` is the reverse."""
        return written({"start": self.start, "end": self.end, "phase": self.phase, "after": self.after})
