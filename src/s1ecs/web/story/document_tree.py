"""Documents as trees whose leaves can be filtered by, where they are columns of a list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.shown_values import parameter, values_in
from s1ecs.web.view_state import NOT, ViewState

# Larger documents are cut; their JSON has the whole.
MOST_NODES = 600
MOST_MEMBERS = 100
_DEEPEST = 12
# Longer values make addresses that servers refuse.
_LONGEST_FILTER = 500


@dataclass(frozen=True)
class DocumentNode:
    """A field: an object or list has `children`, every other one a `value`.

    `only` and `without` are the lists with the value and without it, None where no list has such a column. `more`
    counts members that are left out.
    """

    name: str
    value: Any = None
    children: Sequence["DocumentNode"] = ()
    branch: bool = False
    only: ViewState | None = None
    without: ViewState | None = None
    more: int = 0


@dataclass(frozen=True)
class DocumentTree:
    """The fields of a document; `cut` where it has more than are shown."""

    nodes: Sequence[DocumentNode] = field(default=())
    cut: bool = False


@dataclass
class _Growing:
    """A tree while it is made: the stream and the columns of its row, and how many nodes it may still have."""

    stream: str
    row: Mapping[str, Any]
    left: int = MOST_NODES

    def members(self, value: Mapping[str, Any] | list[Any], path: str, depth: int) -> list[DocumentNode]:
        """Make the nodes of what an object or a list has."""
        pairs: Iterable[tuple[str | int, Any]] = value.items() if isinstance(value, dict) else enumerate(value)
        nodes: list[DocumentNode] = []
        for name, member in pairs:
            if self.left <= 0 or len(nodes) >= MOST_MEMBERS:
                break
            self.left -= 1
            inner = path if isinstance(name, int) else f"{path}.{name}" if path else name
            nodes.append(self._node(name, member, inner, depth))
        return nodes

    def _node(self, name: str | int, value: Any, path: str, depth: int) -> DocumentNode:
        if isinstance(value, dict | list):
            if not value or depth >= _DEEPEST:
                return DocumentNode(str(name), "…" if value else "empty")
            children = self.members(value, path, depth + 1)
            return DocumentNode(str(name), None, children, branch=True, more=len(value) - len(children))
        only, without = filters_of(self.stream, path, value, self.row)
        return DocumentNode(str(name), value, only=only, without=without)


def document_tree(
    document: Mapping[str, Any], stream: str = "", row: Mapping[str, Any] = MappingProxyType({})
) -> DocumentTree:
    """Make the tree of a document; leaves that are columns of its row can be filtered by."""
    growing = _Growing(stream, row)
    nodes = growing.members(document, "", 0)
    return DocumentTree(nodes, growing.left <= 0 or len(nodes) < len(document))


def filters_of(stream: str, path: str, value: Any, row: Mapping[str, Any]) -> tuple[ViewState | None, ViewState | None]:
    """Return the lists with a value of a field, and without it; None where the row's column has another value."""
    column = _columns(stream).get(path, "") if stream else ""
    text = parameter_of(value)
    if not column or not text or not _is_of(row.get(column), value, many=column in BY_STREAM[stream].many):
        return None, None
    of_list = ViewState(BY_STREAM[stream].path)
    return of_list.with_value(column, text), of_list.with_value(f"{NOT}{column}", text)


def _is_of(stored: Any, value: Any, *, many: bool) -> bool:
    """Tell whether a column's value is this one, or a list with it where the column may hold several."""
    if many and isinstance(stored, str) and stored.startswith("["):
        return value in values_in(stored)
    # A truth value is a number in the store; a column may come from another field than this one.
    return stored is not None and bool(stored == value)


def parameter_of(value: Any) -> str:
    """Return a value as a parameter of an address; "" where it cannot be one."""
    if value is None or isinstance(value, dict | list):
        return ""
    text = parameter(value)
    return text if len(text) <= _LONGEST_FILTER else ""


@cache
def _columns(stream: str) -> Mapping[str, str]:
    """Columns by each of the fields that they may come from; of two with the same field the first."""
    found: dict[str, str] = {}
    for name, paths in store_tables()[stream].columns:
        for path in paths:
            found.setdefault(path, name)
    return found
