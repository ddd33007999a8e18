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
# One more with each change of this file that gives other values for the same document.
VALUES_VERSION = 1

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
    """Return what gives the values of a document; it is compiled for the table's fields at its first use.

    Every document that is stored goes through it, and lookups that are written out take a third of the time that a walk
    along lists of fields takes.
    """
    compiled: Callable[[Mapping[str, Any]], RowValues] | None = None

    def values(document: Mapping[str, Any]) -> RowValues:
        nonlocal compiled
        compiled = compiled or _with_gathered(_compiled(table), table)
        return compiled(document)

    return values


def _with_gathered(
    compiled: Callable[[Mapping[str, Any]], RowValues], table: StreamTable
) -> Callable[[Mapping[str, Any]], RowValues]:
    """Add the columns of values in lists of objects; no other column leads through a list."""
    if not table.gathered:
        return compiled

    def values(document: Mapping[str, Any]) -> RowValues:
        columns, words = compiled(document)
        return RowValues((*columns, *(_gathered(document, paths) for _, paths in table.gathered)), words)

    return values


def _gathered(document: Mapping[str, Any], paths: Sequence[str]) -> str | None:
    """Return the different texts at the end of the paths: one alone, several as a list in JSON, None for none."""
    found = list(dict.fromkeys(text for path in paths for text in _at_end(document, path.split("."))))
    return dumps(found).decode() if len(found) > 1 else found[0] if found else None


def _at_end(value: Any, steps: Sequence[str]) -> Iterator[str]:
    if isinstance(value, list):
        for member in value:
            yield from _at_end(member, steps)
    elif not steps:
        yield from _leaves(value)
    elif isinstance(value, dict):
        yield from _at_end(value.get(steps[0]), steps[1:])


def _compiled(table: StreamTable) -> Callable[[Mapping[str, Any]], RowValues]:
    # The variables of each column, one for each of its fields.
    direct = (*table.view, *table.more)
    variables = [
        tuple(f"c{place}_{rank}" if rank else f"c{place}" for rank in range(len(paths)))
        for place, (_, paths) in enumerate(direct)
    ]
    tree = _tree(
        [
            *(
                (path, _Place(column=name))
                for (_, paths), of_column in zip(direct, variables, strict=True)
                for path, name in zip(paths, of_column, strict=True)
            ),
            *(
                (path, _Place(field=place))
                for place, name in enumerate(SEARCH_FIELDS)
                for path in dict.fromkeys((*_OF_ALL_STREAMS.get(name, ()), *table.searched.get(name, ())))
            ),
        ]
    )
    names: dict[str, Any] = {"RowValues": RowValues, "column": _column, "text": _text, "through": _through}
    fields = range(len(SEARCH_FIELDS))
    source = "\n".join(
        [
            "def values(document):",
            *(f"    {name} = None" for of_column in variables for name in of_column),
            *(f"    t{place} = []" for place in fields),
            *_lookups("document", tree, "    ", names),
            *_first_present(variables),
            f"    return RowValues(({''.join(f'{name}, ' for name, *_ in variables)}), (",
            *(f"        text(t{place}) if t{place} else ''," for place in fields),
            "    ))",
        ]
    )
    exec(compile(source, f"<values of {table.stream}>", "exec"), names)  # noqa: S102 - made of our own tables alone
    compiled: Callable[[Mapping[str, Any]], RowValues] = names["values"]
    return compiled


def _first_present(variables: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines by which the first field that is there counts, in whatever order they were looked up."""
    for name, *others in variables:
        for other in others:
            yield f"    if {name} is None: {name} = {other}"


def _lookups(parent: str, nodes: Sequence["_Node"], indent: str, names: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that look up the values of `nodes` in the object that the variable `parent` holds.

    What most documents have, texts and objects or nothing, is told by as few comparisons as can be.
    """
    for node in nodes:
        name = f"n{len(names)}"
        names[name] = node
        yield f"{indent}{name}_ = {parent}.get({node.step!r})"
        inner = f"{indent}    "
        if node.columns or node.fields:
            yield f"{indent}if type({name}_) is str:"
            yield from (f"{inner}{column} = {name}_" for column in node.columns)
            yield from (f"{inner}t{place}.append({name}_)" for place in node.fields)
            yield f"{indent}elif {name}_ is not None:"
            yield from (f"{inner}{column} = column({name}_)" for column in node.columns)
            # Whether all members are texts is found when they are joined.
            yield from (
                f"{inner}t{place}.extend({name}_ if type({name}_) is list else ({name}_,))" for place in node.fields
            )
        if node.following:
            yield f"{indent}if type({name}_) is dict:"
            yield from _lookups(f"{name}_", node.following, inner, names)
            if _has_fields(node.following):
                yield f"{indent}elif {name}_ is not None:"
                texts = "".join(f"t{place}, " for place in range(len(SEARCH_FIELDS)))
                yield f"{inner}through({name}_, {name}.following, ({texts}))"


def _has_fields(nodes: Sequence["_Node"]) -> bool:
    return any(node.fields or _has_fields(node.following) for node in nodes)


class _Place(NamedTuple):
    """Destination of the value at the end of a path: the variable of a column, or a field of the search."""

    column: str | None = None
    field: int | None = None


class _Node(NamedTuple):
    """A step of paths: the columns and fields that its own value goes to, and the steps that follow."""

    step: str
    columns: tuple[str, ...]
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


def _through(value: Any, nodes: Sequence[_Node], texts: Sequence[list[Any]]) -> None:
    """Find words in the members of a list; as in json_extract, no path of a column leads through one."""
    for member in value if type(value) is list else (value,):
        if type(member) is dict:
            for node in nodes:
                inner = member.get(node.step)
                if inner is not None:
                    for place in node.fields:
                        texts[place].extend(inner if type(inner) is list else (inner,))
                    _through(inner, node.following, texts)


def _text(found: Sequence[Any]) -> str:
    """The different texts of what was found, a line each."""
    try:
        if len(found) > 2:  # noqa: PLR2004 - two are compared faster than hashed
            return "\n".join(dict.fromkeys(found))
        return "\n".join(found[:1] if found[0] == found[-1] else found)
    except TypeError:  # not texts alone
        return "\n".join(dict.fromkeys(text for value in found for text in _leaves(value)))


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
