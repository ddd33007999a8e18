"""JSON text to records, without loss.

orjson reads nearly everything. Three things it refuses or bends, and they are read here by a tolerant reader instead:
unpaired surrogates, numbers beyond a double, integers beyond 64 bits. Where the text of a number counts
(`event.original`, an id over the whole record), `exact` keeps it.
"""

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from math import isinf
from typing import Any, NamedTuple, NoReturn, Self

import orjson

NOT_UNICODE = "not Unicode"

# Deeper than this no value goes into a document; the API's own go to six.
DEEPEST = 100
TOO_DEEP = "nested too deeply"

_LINE = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_APPEND_NEWLINE

_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_64_BIT_INTEGER = len(str(-(2**63)))
_SIGNED_64_BITS = range(-(2**63), 2**63)


class NotJSON(ValueError):
    """The text is not JSON by RFC 8259; the message is the parser's reason."""


class ExactFloat(float):
    """A JSON number with fraction or exponent that remembers the text in which it came."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Read `text`, which the JSON parser found to be a number."""
        number = super().__new__(cls, text)
        number.text = text
        return number


@dataclass(frozen=True)
class ExactInteger:
    """A JSON integer beyond 64 bits, kept as its text, because JSON writers and Elasticsearch differ on it."""

    text: str

    def __str__(self) -> str:
        """Give the text, as of any other number."""
        return self.text


def is_beyond_double(value: Any) -> bool:
    """Return True if a number is too large for a double, so that many JSON readers refuse it."""
    return isinstance(value, ExactFloat | ExactInteger) and isinf(float(value.text))


class Record(NamedTuple):
    """One record as the console returned it.

    `value` is what the JSON text says (normally a dict), `exact` reads it again with every number as it was written,
    `flaws` are texts for `error.message` about the text itself.
    """

    value: Any
    exact: Callable[[], Any]
    flaws: tuple[str, ...] = ()


def exact_form(record: Record) -> Any:
    """The value of a record with every number as it was written, read again only where one may have lost its text."""
    return record.exact() if _holds_floats(record.value) else record.value


def _holds_floats(value: Any, depth: int = 0) -> bool:
    """Tell whether the fast parser read a number as a float: one with a fraction or exponent, or beyond 64 bits."""
    if type(value) is float or depth > DEEPEST:
        return True
    if type(value) is dict:
        members: Iterable[Any] = value.values()
    elif type(value) is list:
        members = value
    else:
        return False
    for member in members:
        kind = type(member)
        if kind is float or ((kind is dict or kind is list) and _holds_floats(member, depth + 1)):
            return True
    return False


def read(text: bytes) -> tuple[Any, bool]:
    """Read JSON, fast where possible: the value, and whether the exact reader had to read it; raise NotJSON.

    Only what the exact reader read may hold unpaired surrogates, see `settle`.
    """
    try:
        return orjson.loads(text), False
    except orjson.JSONDecodeError as fast_parser:
        try:
            return exact(text), True
        except NotJSON:
            raise NotJSON(str(fast_parser)) from None


def parsed(text: bytes) -> Any:
    """Read JSON by the fast parser alone; None where that takes the exact reader, and for null."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def exact(text: bytes) -> Any:
    """Read JSON with numbers as ExactFloat, int, or ExactInteger; raise NotJSON."""
    try:
        return json.loads(decoded(text)[0], parse_float=ExactFloat, parse_int=integer, parse_constant=refuse)
    except RecursionError:
        raise NotJSON(TOO_DEEP) from None
    except ValueError as error:
        raise NotJSON(str(error)) from None


def decoded(text: bytes) -> tuple[str, str]:
    """The text as Python has it, and what became of bytes that are no UTF-8: `errors` as `str.encode` takes it."""
    # "surrogatepass" lets a badly encoded surrogate through like an escaped one; other bad bytes become marks.
    for errors in ("strict", "surrogatepass"):
        with suppress(UnicodeDecodeError):
            return text.decode("utf-8", errors), errors
    return text.decode("utf-8", "surrogateescape"), "surrogateescape"


def exact_or(value: Any, text: bytes) -> Any:
    """Read `text` exactly; `value`, as the fast parser read it, where it is nested deeper than the exact one goes."""
    try:
        return exact(text)
    except NotJSON:
        return value


def as_written(text: bytes) -> Any:
    """Read what `dumps` wrote, numbers as they were; raise NotJSON."""
    value, _ = read(text)
    return value if dumps(value) == text else exact_or(value, text)


def settle(value: Any) -> tuple[Any, tuple[str, ...]]:
    """Replace what no JSON writer takes (unpaired surrogates, by U+FFFD) and name it: (value, flaws)."""
    flawed = False

    def settled(part: Any, depth: int = 0) -> Any:
        nonlocal flawed
        if depth > DEEPEST:
            return part
        if isinstance(part, str):
            if _SURROGATE.search(part):
                flawed = True
                return _SURROGATE.sub("\ufffd", part)
            return part
        if isinstance(part, dict):
            return {settled(key): settled(member, depth + 1) for key, member in part.items()}
        if isinstance(part, list):
            return [settled(member, depth + 1) for member in part]
        return part

    result = settled(value)
    return result, (NOT_UNICODE,) if flawed else ()


def record_from_line(line: bytes) -> Record:
    """One line of NDJSON as a record; raise NotJSON."""
    value, exactly = read(line)
    return settled_record(value) if exactly else Record(value, lambda: exact_or(value, line))


def any_record(text: bytes) -> Record:
    """One JSON value as a record; what is nested deeper than any parser goes has its text as its value."""
    try:
        return record_from_line(text)
    except NotJSON:
        plain = text.decode("utf-8", "replace")
        return Record(plain, lambda: plain, (TOO_DEEP,))


def settled_record(element: Any) -> Record:
    """A record that the exact reader read."""
    value, flaws = settle(element)
    return Record(value, lambda: value, flaws)


def dumps(value: Any) -> bytes:
    """JSON, compact; exact numbers keep their text."""
    return _written(value, orjson.OPT_PASSTHROUGH_DATACLASS)


def dumps_line(value: Any) -> bytes:
    """JSON as `dumps` writes it, and a line end."""
    try:
        return orjson.dumps(value, default=_number_text, option=_LINE)
    except orjson.JSONEncodeError:
        return dumps(value) + b"\n"


def indented(value: Any) -> bytes:
    """JSON for people, indented by two spaces; exact numbers keep their text."""
    return _written(value, orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_INDENT_2)


def readable(value: Any) -> bytes:
    """JSON, compact, for whichever reader: a number that a double can't hold is a text."""
    return _written(value, orjson.OPT_PASSTHROUGH_DATACLASS, _readable_number)


def canonical(value: Any) -> bytes:
    """JSON, compact, keys sorted by code point at every depth, nothing escaped that JSON does not require."""
    return _written(value, orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_SORT_KEYS)


def _written(value: Any, option: int, number: Callable[[Any], Any] | None = None) -> bytes:
    number = number or _number_text
    try:
        return orjson.dumps(value, default=number, option=option)
    except orjson.JSONEncodeError:
        return _written_deep(value, option, number)


def _written_deep(value: Any, option: int, number: Callable[[Any], Any]) -> bytes:
    """The same without recursion, for what is nested deeper than the writer goes."""
    parts: list[bytes] = []
    ahead: list[tuple[bool, Any]] = [(False, value)]
    while ahead:
        is_text, part = ahead.pop()
        if is_text:
            parts.append(part)
        elif isinstance(part, dict):
            members = sorted(part.items()) if option & orjson.OPT_SORT_KEYS else part.items()
            inner = [[(True, _scalar(key, number) + b":"), (False, member)] for key, member in members]
            ahead += reversed(_around(b"{", inner, b"}"))
        elif isinstance(part, list):
            ahead += reversed(_around(b"[", [[(False, member)] for member in part], b"]"))
        else:
            parts.append(_scalar(part, number))
    return b"".join(parts)


def _around(opening: bytes, members: list[list[tuple[bool, Any]]], closing: bytes) -> list[tuple[bool, Any]]:
    pieces: list[tuple[bool, Any]] = [(True, opening)]
    for number, member in enumerate(members):
        pieces += [(True, b","), *member] if number else member
    return [*pieces, (True, closing)]


def _scalar(value: Any, number: Callable[[Any], Any]) -> bytes:
    # Below DEEPEST a text may still hold what is no Unicode.
    plain = _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value
    return orjson.dumps(plain, default=number, option=orjson.OPT_PASSTHROUGH_DATACLASS)


def _readable_number(value: Any) -> Any:
    return value.text if is_beyond_double(value) else _number_text(value)


def _number_text(value: Any) -> orjson.Fragment:
    if isinstance(value, ExactFloat | ExactInteger):
        return orjson.Fragment(value.text.encode())
    raise TypeError(f"{type(value).__name__} is not JSON")


def integer(text: str) -> int | ExactInteger:
    """A JSON integer from its text."""
    # Python itself refuses to read thousands of digits.
    if len(text) <= _LONGEST_64_BIT_INTEGER:
        number = int(text)
        if number in _SIGNED_64_BITS:
            return number
    return ExactInteger(text)


def refuse(word: str) -> NoReturn:
    """Refuse NaN and its like, which Python's parser would take."""
    raise ValueError(f"{word} is not JSON")
