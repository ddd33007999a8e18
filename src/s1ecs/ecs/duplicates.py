"""Fields that are left out of a document: own fields whose ECS copy exists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# What to take out of a value: its keys, "[]" for every element of a list, None where it goes itself.
Tree = Mapping[str, "Tree | None"]

ELEMENTS = "[]"


@dataclass(frozen=True)
class Duplicates:
    """The duplicate fields of a table, by full name; `[]` stands behind a list."""

    fields: tuple[str, ...]

    def removes(self, field: str) -> bool:
        """Return True if the field is one of them."""
        return field in self.fields

    def inside(self, field: str) -> Tree:
        """List those inside a field that is kept whole."""
        return _tree(path[len(field) :] for path in self.fields if path.startswith((f"{field}.", f"{field}{ELEMENTS}")))


def _tree(paths: Iterable[str]) -> Tree:
    tree: dict[str, Any] = {}
    for path in paths:
        *around, last = path.replace(ELEMENTS, f".{ELEMENTS}").strip(".").split(".")
        branch = tree
        for step in around:
            branch = branch.setdefault(step, {})
        branch[last] = None
    return tree


def without(value: Any, tree: Tree | None) -> Any:
    """A value without what the tree names, and without what is empty by that; None when nothing is left."""
    if tree is None:
        return None
    if isinstance(value, list) and (elements := tree.get(ELEMENTS)):
        return [kept for member in value if (kept := without(member, elements)) is not None] or None
    if isinstance(value, dict):
        kept = {key: without(member, tree[key]) if key in tree else member for key, member in value.items()}
        return {key: member for key, member in kept.items() if member is not None} or None
    return value
