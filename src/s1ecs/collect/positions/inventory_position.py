"""The position within an inventory."""

from dataclasses import dataclass
from typing import Any

from s1ecs.collect.positions.item_position import ItemPosition
from s1ecs.collect.positions.saved import SavedPosition, check_version, written


@dataclass(frozen=True)
class InventoryPosition:
    """The cursor of the page in hand, and with a call per item the key of the item that was read through last.

    `order` changes with what the page had up to that item; an earlier version saved none.
    `item` is the item that the walk was cut off in. `begun`: a page was read. `began` is when the walk began by the
    console's clock, `listed` the same by ours; both are empty where the walk is not the live one.
    """

    page: str | None = None
    after: str | None = None
    order: str = ""
    item: ItemPosition | None = None
    began: str = ""
    listed: str = ""
    begun: bool = False

    @classmethod
    def read(cls, saved: SavedPosition) -> "InventoryPosition":
        """Read a position that was saved; of an empty one that of a walk that has not begun."""
        check_version(saved)
        return cls(
            page=saved.get("page"),
            after=saved.get("after"),
            order=saved.get("order") or "",
            item=ItemPosition.read(saved),
            began=saved.get("began") or "",
            listed=saved.get("listed") or "",
            begun="page" in saved,
        )

    def write(self) -> dict[str, Any]:
        """Write the position as JSON; `read` is the reverse."""
        position = written({"after": self.after, "order": self.order, "began": self.began, "listed": self.listed})
        page = {"page": self.page} if self.begun else {}
        return {**page, **position, **({} if self.item is None else self.item.write())}
