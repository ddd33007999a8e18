"""Layout of a document for generated code: the objects a function keeps at hand, and how a field is set.

An object in which two or more fields lie gets a variable and is put into the one around it at the end, unless it
stayed empty. An object that holds a single field is written with that field, so it costs nothing when absent.
"""

from collections import Counter
from collections.abc import Iterable, Mapping


class Shape:
    """The objects of all documents of one table, made from the fields that may be set.

    `read` are those of them that statements look at; their objects are kept at hand in any case.
    """

    def __init__(self, fields: Iterable[str], read: Iterable[str] = ()) -> None:
        beneath = Counter(path for field in dict.fromkeys(fields) for path in _around(field))
        self._shared = {path for path, count in beneath.items() if count > 1} | {""}
        self._shared.update(path for field in read for path in _around(field))

    def opening(self, constants: Mapping[str, str]) -> list[str]:
        """Statements that make the objects, with the expressions of `constants` that every document has."""
        shown: dict[str, list[str]] = {path: [] for path in sorted(self._shared)}
        for field, value in constants.items():
            around = self._object_of(field)
            shown[around].append(_nested(field[len(around) :].lstrip("."), value))
        return [f"{_variable(path)} = {{{', '.join(members)}}}" for path, members in shown.items()]

    def closing(self, constants: Mapping[str, str]) -> list[str]:
        """Statements that put every object that is not empty into the one around it, deepest first."""
        inner = sorted(self._shared - {""}, key=lambda path: (-path.count("."), path))
        full = {self._object_of(field) for field in constants}
        return [
            self.assign(path, _variable(path))
            if path in full
            else f"if {_variable(path)}: {self.assign(path, _variable(path))}"
            for path in inner
        ]

    def object_of_event(self, constants: Mapping[str, str]) -> str | None:
        """The variable of the object `event`, where a constant lies in it, so that every document has it."""
        full = any(self._object_of(field) == "event" for field in constants)
        return _variable("event") if full else None

    def assign(self, field: str, value: str) -> str:
        """The statement that sets a field to a Python expression."""
        around = self._object_of(field)
        first, *deeper = field[len(around) :].lstrip(".").split(".")
        for step in reversed(deeper):
            value = f"{{{step!r}: {value}}}"
        return f"{_variable(around)}[{first!r}] = {value}"

    def remove(self, field: str) -> str:
        """The statement that takes a field away again; only for a field that is read."""
        return f"{_variable(self._object_of(field))}.pop({field.rpartition('.')[2]!r}, None)"

    def holds(self, field: str) -> str:
        """The expression that tells whether a field is set; only for a field that is read."""
        return f"{field.rpartition('.')[2]!r} in {_variable(self._object_of(field))}"

    def value_of(self, field: str) -> str:
        """The expression for a field's value, None where it is not set; only for a field that is read."""
        return f"{_variable(self._object_of(field))}.get({field.rpartition('.')[2]!r})"

    def _object_of(self, field: str) -> str:
        return next(path for path in reversed(_around(field)) if path in self._shared)


def _around(field: str) -> list[str]:
    """The objects that a field lies in, outermost first; "" is the document."""
    steps = field.split(".")
    return [".".join(steps[:depth]) for depth in range(len(steps))]


def _nested(path: str, value: str) -> str:
    """The member of an object that a value at a path inside of it makes."""
    first, _, deeper = path.partition(".")
    return f"{first!r}: {{{_nested(deeper, value)}}}" if deeper else f"{first!r}: {value}"


def _variable(path: str) -> str:
    return "at_" + path.replace(".", "__") if path else "document"


def indented(lines: Iterable[str], depth: int = 1) -> list[str]:
    """Statements of a block."""
    return ["    " * depth + line for line in lines]
