"""Values of a document as columns and as words; they equal what SQLite's json_extract gives for the document's text."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from s1ecs.outputs.store.stream_table import StreamTable
from s1ecs.records import ExactFloat, ExactInteger, dumps

# Fields of the full-text search, in the order of the index's columns.
SEARCH_FIELDS: Mapping[str, str] = {
    "host": "host names",
    "user": "user names",
    "address": "IP addresses, domains and URLs",
    "hash": "hashes of files and processes",
    "path": "files, their paths and registry keys",
    "command": "command lines",
    "name": "rules, threats, processes, applications, CVEs and sites",
    "text": "descriptions and messages",
}
# Every stream collects these, whatever field they stand in.
_OF_ALL_STREAMS: Mapping[str, Sequence[str]] = {
    "host": ("related.hosts", "host.name"),
    "user": ("related.user",),
    "address": ("related.ip",),
    "hash": ("related.hash",),
}
_LARGEST, _SMALLEST = 2**63 - 1, -(2**63)


class RowValues(NamedTuple):
    """Values of a document: those of the table's columns, and a text for each field of the search."""

    columns: tuple[Any, ...]
    words: tuple[str, ...]


def values_of(table: StreamTable) -> Callable[[Mapping[str, Any]], RowValues]:
    """Return what gives the values of a document, which is looked through once for all of them."""
    tree = _tree(
        [
            *((path, _Place(column=place)) for place, (_, path) in enumerate(table.columns)),
            *(
                (path, _Place(field=place))
                for place, name in enumerate(SEARCH_FIELDS)
                for path in dict.fromkeys((*_OF_ALL_STREAMS.get(name, ()), *table.searched.get(name, ())))
            ),
        ]
    )
    empty: list[Any] = [None] * len(table.columns)

    def values(document: Mapping[str, Any]) -> RowValues:
        found = _Found(empty.copy(), [[] for _ in SEARCH_FIELDS])
        _visit(document, tree, found)
        return RowValues(tuple(found.columns), tuple(["\n".join(texts) for texts in found.texts]))

    return values


class _Place(NamedTuple):
    """Where the value at the end of a path goes: to a column, or to a field of the search."""

    column: int | None = None
    field: int | None = None


class _Found(NamedTuple):
    columns: list[Any]
    texts: list[list[str]]


class _Node(NamedTuple):
    """A step of paths: the columns and fields that its own value goes to, and the steps that follow."""

    step: str
    columns: tuple[int, ...]
    fields: tuple[int, ...]
    following: "tuple[_Node, ...]"


def _tree(paths: Sequence[tuple[str, _Place]]) -> tuple[_Node, ...]:
    """Paths with the same beginning as one, so that each object of a document is looked at once."""
    by_step: dict[str, list[tuple[str, _Place]]] = {}
    for path, place in paths:
        step, _, rest = path.partition(".")
        by_step.setdefault(step, []).append((rest, place))
    return tuple(
        _Node(
            step,
            tuple(place.column for rest, place in ends if not rest and place.column is not None),
            tuple(place.field for rest, place in ends if not rest and place.field is not None),
            _tree([(rest, place) for rest, place in ends if rest]),
        )
        for step, ends in by_step.items()
    )


def _visit(value: Mapping[str, Any], nodes: Sequence[_Node], found: _Found) -> None:
    for node in nodes:
        inner = value.get(node.step)
        if inner is None:
            continue
        if type(inner) is str:
            _take_text(inner, node, found)
            continue
        _take(inner, node, found)
        if node.following:
            _visit_inner(inner, node.following, found)


def _take_text(text: str, node: _Node, found: _Found) -> None:
    for place in node.columns:
        found.columns[place] = text
    for place in node.fields:
        if text not in found.texts[place]:
            found.texts[place].append(text)


def _take(value: Any, node: _Node, found: _Found) -> None:
    for place in node.columns:
        found.columns[place] = _column(value)
    for place in node.fields:
        known = found.texts[place]
        known += [text for text in dict.fromkeys(_leaves(value)) if text not in known]


def _visit_inner(value: Any, nodes: Sequence[_Node], found: _Found) -> None:
    if type(value) is dict:
        _visit(value, nodes, found)
    elif type(value) is list:
        # As in json_extract, no path of a column leads through a list; words are found there.
        aside = _Found(found.columns.copy(), found.texts)
        for member in value:
            if type(member) is dict:
                _visit(member, nodes, aside)


def _column(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if _SMALLEST <= value <= _LARGEST else float(value)
    if isinstance(value, ExactInteger | ExactFloat):
        return float(value.text)
    return value if isinstance(value, float) else dumps(value).decode()


def _leaves(value: Any) -> Iterator[str]:
    """The texts of a value: itself, or those of the members of a list."""
    if isinstance(value, list):
        for member in value:
            yield from _leaves(member)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, ExactInteger):
        yield value.text
