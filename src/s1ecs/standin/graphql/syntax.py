"""Reading the text of a query (GraphQL, October 2021): one operation or more, fields, arguments, inline fragments.

Named fragments, directives and subscriptions are refused: nothing that asks for alerts or changes them needs them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from s1ecs.standin.graphql.errors import BadQuery

_TOKEN = re.compile(
    r"""[\s,\ufeff]+ | \#[^\r\n]*
    | (?P<name>[_A-Za-z][_0-9A-Za-z]*)
    | (?P<number>-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)
    | (?P<text>"([^"\\\r\n]|\\.)*")
    | (?P<mark>\.\.\.|[!$()\[\]{}:=@|&])""",
    re.VERBOSE | re.ASCII,
)
_CONSTANTS = {"true": True, "false": False, "null": None}
_END = ("end", "the end of the query")
_DEEPEST = 64
# The kinds of operation, with the type whose fields each asks for.
KINDS = {"query": "Query", "mutation": "Mutation"}


class Word(str):
    """A value written without quotes: one of an enumeration's."""

    __slots__ = ()


class Use(NamedTuple):
    """A variable where a value stands."""

    variable: str


class Fragment(NamedTuple):
    """`... on Type { }`: what is asked of a value of that type; of any where the type is None."""

    type: str | None
    selections: "tuple[Selection, ...]"


class Field(NamedTuple):
    """A field that is asked for, and the key that it gets in the answer; no selections: a leaf."""

    key: str
    name: str
    arguments: Mapping[str, Any]
    selections: "tuple[Selection, ...]"


Selection = Field | Fragment


class Variable(NamedTuple):
    """A variable that an operation declares; `type` without blanks, such as [FilterInput!]."""

    name: str
    type: str
    default: Any


class Operation(NamedTuple):
    """A query or a mutation; its name may be empty."""

    kind: str
    name: str
    variables: tuple[Variable, ...]
    selections: tuple[Selection, ...]


def parse(text: str) -> tuple[Operation, ...]:
    """Return the operations of that text; raises BadQuery."""
    reader = _Reader(text)
    operations = []
    while reader.next != _END:
        operations.append(reader.operation())
    if not operations:
        raise BadQuery("Syntax Error: the query is empty")
    return tuple(operations)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise BadQuery(f"Syntax Error: unexpected character {text[at]!r} at {at}")
        at = found.end()
        if found.lastgroup:
            kind = next(kind for kind in ("name", "number", "text", "mark") if found[kind] is not None)
            yield kind, found[kind]
    while True:
        yield _END


class _Reader:
    """Goes through the tokens once; `next` is the one that comes."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self.next = next(self._tokens)
        self._depth = 0

    def operation(self) -> Operation:
        kind, name = "query", ""
        variables: tuple[Variable, ...] = ()
        if self.next[1] != "{":
            kind = self._name()
            if kind not in KINDS:
                raise BadQuery("Syntax Error: only queries and mutations are answered")
            if self.next[0] == "name":
                name = self._name()
            if self._take("("):
                variables = tuple(self._variables())
        return Operation(kind, name, variables, self._selections())

    def _variables(self) -> Iterator[Variable]:
        while not self._take(")"):
            self._expect("$")
            name = self._name()
            self._expect(":")
            yield Variable(name, self._type(), self._value() if self._take("=") else None)

    def _type(self) -> str:
        if self._take("["):
            self._deeper()
            inner = self._type()
            self._expect("]")
            self._depth -= 1
            text = f"[{inner}]"
        else:
            text = self._name()
        return f"{text}!" if self._take("!") else text

    def _selections(self) -> tuple[Selection, ...]:
        self._expect("{")
        self._deeper()
        found: list[Selection] = []
        while not self._take("}"):
            found.append(self._fragment() if self._take("...") else self._field())
        self._depth -= 1
        if not found:
            raise BadQuery("Syntax Error: expected a name, found }")
        return tuple(found)

    def _fragment(self) -> Fragment:
        if self.next[0] == "name":
            if self._name() != "on":
                raise BadQuery("named fragments are not supported")
            return Fragment(self._name(), self._selections())
        return Fragment(None, self._selections())

    def _field(self) -> Field:
        key = name = self._name()
        if self._take(":"):
            name = self._name()
        arguments: dict[str, Any] = {}
        if self._take("("):
            while not self._take(")"):
                argument = self._name()
                self._expect(":")
                if argument in arguments:
                    raise BadQuery(f"There can be only one argument named {argument}")
                arguments[argument] = self._value()
        return Field(key, name, arguments, self._selections() if self.next[1] == "{" else ())

    def _value(self) -> Any:
        kind, text = self.next
        if self._take("$"):
            return Use(self._name())
        if self._take("["):
            return self._list()
        if self._take("{"):
            return self._object()
        if kind not in {"name", "number", "text"}:
            raise BadQuery(f"Syntax Error: expected a value, found {text}")
        self._advance()
        if kind == "name":
            return _CONSTANTS[text] if text in _CONSTANTS else Word(text)
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            raise BadQuery(f"Syntax Error: not a {kind}: {text}") from None

    def _list(self) -> list[Any]:
        self._deeper()
        values = []
        while not self._take("]"):
            values.append(self._value())
        self._depth -= 1
        return values

    def _object(self) -> dict[str, Any]:
        self._deeper()
        values = {}
        while not self._take("}"):
            key = self._name()
            self._expect(":")
            values[key] = self._value()
        self._depth -= 1
        return values

    def _name(self) -> str:
        kind, text = self.next
        if kind != "name":
            raise BadQuery(f"Syntax Error: expected a name, found {text}")
        self._advance()
        return text

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadQuery("Syntax Error: nested too deeply")

    def _take(self, mark: str) -> bool:
        if self.next != ("mark", mark):
            return False
        self._advance()
        return True

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise BadQuery(f"Syntax Error: expected {mark}, found {self.next[1]}")

    def _advance(self) -> None:
        self.next = next(self._tokens)
