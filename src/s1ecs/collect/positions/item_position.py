"""A position within an item: a part of the position of a list whose items have a list each."""

from dataclasses import dataclass
from typing import Any

from s1ecs.collect.positions.saved import SavedPosition


@dataclass(frozen=True)
class ItemPosition:
    """The item that a walk was cut off in, by key and version, and the cursor behind what was read of its list."""

    key: str
    version: str | None
    cursor: str

    @classmethod
    def read(cls, saved: SavedPosition) -> "ItemPosition | None":
        """Read the part from the list's position; None where that stands between two items."""
        key, cursor = saved.get("item"), saved.get("inner")
        if not isinstance(key, str) or not isinstance(cursor, str):
            return None
        return cls(key, saved.get("version"), cursor)

    def write(self) -> dict[str, Any]:
        """Write the part of the list's position; `read` is the reverse."""
        return {"item": self.key, "version": self.version, "inner": self.cursor}
