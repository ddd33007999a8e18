"""The position of a walk by time."""

from dataclasses import dataclass
from typing import Any

from s1ecs.collect.positions.item_position import ItemPosition
from s1ecs.collect.positions.saved import SavedPosition, check_version, written
from s1ecs.collect.positions.window_position import WindowPosition


@dataclass(frozen=True)
class TimePosition:
    """The times of a walk by time; Bounds tells what each of them means.

    `item` is the item that the walk was cut off in, `window` the window that it is within, where it goes by windows.
    """

    first: str
    greatest: str | None = None
    until: str | None = None
    seen: str | None = None
    forgotten: str = ""
    item: ItemPosition | None = None
    window: WindowPosition | None = None

    @property
    def newest(self) -> str | None:
        """The greatest time of a record that was read."""
        return self.seen or self.greatest

    @classmethod
    def read(cls, saved: SavedPosition) -> "TimePosition":
        """Read a position that was saved."""
        check_version(saved)
        window = saved.get("window")
        return cls(
            first=saved["first"],
            greatest=saved.get("greatest"),
            until=saved.get("until"),
            seen=saved.get("seen"),
            forgotten=saved.get("forgotten", ""),
            item=ItemPosition.read(saved),
            window=None if window is None else WindowPosition.read(window),
        )

    def write(self) -> dict[str, Any]:
        """Write the position as JSON; `read` is the reverse."""
        bounds = {
            "first": self.first,
            "greatest": self.greatest,
            "until": self.until,
            "seen": self.seen,
            "forgotten": self.forgotten,
            "window": None if self.window is None else self.window.write(),
        }
        return written({**bounds, **({} if self.item is None else self.item.write())})
