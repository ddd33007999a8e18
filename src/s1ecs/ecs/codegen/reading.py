"""The statements by which generated code takes values out of a record: each object once, all its values at a time."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from s1ecs.ecs.codegen.layout import indented
from s1ecs.ecs.codegen.names import variables
from s1ecs.ecs.table import FieldRow, FieldTable

# The statements of the row of a number.
RowStatements = Callable[[int, FieldRow], list[str]]
Fetch = Callable[[dict[str, Any]], Iterable[Any]]

# Objects without some of the keys, after which a table's objects count as such.
_MANY = 16


class Reading:
    """The objects that a table's rows read, in the order of the rows; made once per function.

    Each value has a variable, which is not changed any more: several rows may read it.
    """

    def __init__(self, table: FieldTable) -> None:
        self._rows = [(number, row) for number, row in enumerate(table.rows) if row.kind != "constant"]
        sources = [row.source for _, row in self._rows if row.source]
        objects = [path for source in sources for path in _around(source)]
        self.variables = variables([*sources, *objects])
        self._keys: dict[str, list[str]] = {}
        for path in dict.fromkeys([*sources, *(path for path in objects if path and "." not in path)]):
            around, _, key = path.rpartition(".")
            self._keys.setdefault(around, []).append(key)

    def lines(self, statements: RowStatements) -> list[str]:
        """The statements of all rows, with those that read their values before them."""
        lines = self._fetch("") if "" in self._keys else []
        at_hand = {""}
        for path, rows in groupby(self._rows, key=lambda pair: _object_of(pair[1])):
            if path is None:
                for number, row in rows:
                    lines += [*self._alone(row, at_hand), *statements(number, row)]
                continue
            lines += self._descent(path, at_hand)
            of_rows = [line for number, row in rows for line in statements(number, row)]
            if not path:
                lines += of_rows
                continue
            read = [] if f"{path}." in at_hand else self._fetch(path)
            at_hand.add(f"{path}.")
            lines += [f"if type({self.variables[path]}) is dict:", *indented([*read, *of_rows])]
        return lines

    def fetchers(self, names: dict[str, Any]) -> None:
        """Add to the names of the function, for each object, the function that takes all its values out at once."""
        for path, keys in self._keys.items():
            name = self.variables[path]
            # One key would make itemgetter return the bare value; asking for it twice keeps the form.
            names[f"fetch_{name}"] = itemgetter(*keys, keys[-1])
            names[f"fetch_sparse_{name}"] = _sparse(f"fetch_{name}", (*keys, keys[-1]), names)

    def _fetch(self, path: str) -> list[str]:
        name = self.variables[path]
        inside = f"{path}." if path else ""
        targets = [self.variables[inside + key] for key in self._keys[path]]
        return [
            f"try: values = fetch_{name}({name})",
            f"except KeyError: values = fetch_sparse_{name}({name})",
            *_unpacked(targets),
        ]

    def _alone(self, row: FieldRow, at_hand: set[str]) -> Iterator[str]:
        """Statements that read the value of a row that runs whether it is there or not."""
        around, _, key = row.source.rpartition(".")
        if not around:
            return
        yield from self._descent(around, at_hand)
        part = self.variables[around]
        yield f"{self.variables[row.source]} = {part}.get({key!r}) if type({part}) is dict else None"

    def _descent(self, path: str, at_hand: set[str]) -> Iterator[str]:
        """Statements that read an object that lies deeper than the record's own values, and those around it."""
        for inner in (*_around(path), path):
            around, _, key = inner.rpartition(".")
            if around and inner not in at_hand:
                part = self.variables[around]
                yield f"{self.variables[inner]} = {part}.get({key!r}) if type({part}) is dict else None"
                at_hand.add(inner)


def _sparse(name: str, keys: tuple[str, ...], names: dict[str, Any]) -> Fetch:
    """Make the function for an object that lacks some keys; where many do, it takes the place of the first one.

    Taking all keys for granted is faster than asking for each, but a KeyError costs more than that saves.
    """
    lacking = 0

    def ask_for_each(part: dict[str, Any]) -> Iterable[Any]:
        return map(part.get, keys)

    def fetch_sparse(part: dict[str, Any]) -> Iterable[Any]:
        nonlocal lacking
        lacking += 1
        if lacking == _MANY:
            names[name] = ask_for_each
        return map(part.get, keys)

    return fetch_sparse


def _object_of(row: FieldRow) -> str | None:
    """The object that a row's value lies in; None for a row that runs in any case."""
    return None if not row.source or row.otherwise is not None else row.source.rpartition(".")[0]


def _around(path: str) -> list[str]:
    steps = path.split(".")
    return [".".join(steps[:depth]) for depth in range(len(steps))]


def _unpacked(targets: list[str]) -> Iterator[str]:
    """The assignment of all values to their variables, in lines that can be read."""
    line = "("
    for name in (*targets, "_"):
        if len(line) > len("(") and len(line) + len(name) > 100:  # noqa: PLR2004 - a width
            yield line.rstrip()
            line = " "
        line += f"{name}, "
    yield f"{line.rstrip(', ')}) = values"
