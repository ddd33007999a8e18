"""The kinds of value: each function converts one JSON value or raises Bad with the text for `error.message`.

A converter gives None for an empty list, which leaves no trace; None never arrives, because an absent source does
nothing. Texts and bounds are those of Elasticsearch's convert and date processors, which made the documents of
Elastic's integration.
"""

import re
import socket
from collections.abc import Callable
from ctypes import c_float
from functools import lru_cache
from typing import Any

from s1ecs.records import DEEPEST, TOO_DEEP, ExactFloat, ExactInteger, dumps, is_beyond_double

OS_TYPES = ("linux", "macos", "unix", "windows", "ios", "android")

_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}")
_HEXADECIMAL = re.compile(r"-?0x[0-9a-fA-F]{1,40}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
INFINITIES = frozenset({float("inf"), float("-inf")})
_DIGITS_OF_A_FLOAT = 9
_LONGEST_REMEMBERED = 16
_LONGEST_WITHOUT_CHECK = 18
# Six groups of four digits, and four of three.
_LONGEST_ADDRESS = len("0000:0000:0000:0000:0000:0000:255.255.255.255")
LARGEST_LONG = 2**63 - 1
SMALLEST_LONG = -(2**63)


class Bad(ValueError):
    """A value that its kind does not accept; the message goes to `error.message`."""


class WholeRecordFailure(ValueError):
    """A value at which Elastic's pipeline gives up the record; the message goes to `error.message`."""


class Inexact(Exception):
    """The fast parser may have bent a number of this record."""


def shown(value: Any) -> str:
    """A value inside a text: text as it is, anything else as its JSON text; raise Inexact as `exactly` does."""
    if isinstance(value, str):
        return value
    ahead = [value]
    while ahead:
        part = ahead.pop()
        if isinstance(part, dict):
            ahead += part.values()
        elif isinstance(part, list):
            ahead += part
        else:
            exactly(part)
    return dumps(value).decode()


def not_text(value: Any) -> str:
    """The text about a value that should have been text."""
    return f"[{shown(value)}] is not text"


def long(value: Any) -> int | list[int] | None:
    """A JSON integer or its text, decimal or `0x..`, within signed 64 bits; a list member by member."""
    if type(value) is str:
        if value.isascii() and value.isdigit() and len(value) <= _LONGEST_WITHOUT_CHECK:
            return int(value)
        return _long_from_text(value)
    if type(value) is int and SMALLEST_LONG <= value <= LARGEST_LONG:
        return int(value)
    if isinstance(value, list):
        return [_scalar(member, long) for member in value] or None
    raise Bad(f'For input string: "{shown(value)}"')


def _long_from_text(text: str) -> int:
    base = 10 if _DECIMAL.fullmatch(text) else 16 if _HEXADECIMAL.fullmatch(text) else 0
    number = int(text, base) if base else None
    if number is None or not SMALLEST_LONG <= number <= LARGEST_LONG:
        raise Bad(f'For input string: "{text}"')
    return number


def double(value: Any) -> float | list[float] | None:
    """A number or its text; a list member by member."""
    if isinstance(value, list):
        return [_scalar(member, double) for member in value] or None
    return _double(value)


def _double(value: Any) -> float:
    number = None
    if type(value) is int or isinstance(value, float):
        number = float(value)
    elif isinstance(value, str | ExactInteger):
        text = value if isinstance(value, str) else value.text
        number = _short_number(text) if len(text) <= _LONGEST_REMEMBERED else _number(text)
    if number is None or number in INFINITIES:
        raise Bad("empty String" if value == "" else f'For input string: "{shown(value)}"')
    return number


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


# Scores have few values.
_short_number = lru_cache(maxsize=1024)(_number)


def float32(value: Any) -> float | list[float] | None:
    """A number or its text, rounded to 32 bits, with the fewest digits that name it; a list member by member."""
    if isinstance(value, list):
        return [_scalar(member, float32) for member in value] or None
    number = _double(value)
    # Zero has a sign that no cache tells apart.
    rounded = _float32(number) if number else number
    if rounded in INFINITIES:
        raise Bad(f'For input string: "{shown(value)}"')
    return rounded


@lru_cache(maxsize=1024)
def _float32(exactly_read: float) -> float:
    number = c_float(exactly_read).value
    forms = (float(f"{number:.{digits}g}") for digits in range(1, _DIGITS_OF_A_FLOAT))
    return next((form for form in forms if c_float(form).value == number), float(f"{number:.{_DIGITS_OF_A_FLOAT}g}"))


def boolean(value: Any) -> bool | list[bool] | None:
    """True, false, or that word in any letter case; a list member by member."""
    if value is True or value is False:
        return bool(value)
    if isinstance(value, str):
        word = value.lower()
        if word in {"true", "false"}:
            return word == "true"
    if isinstance(value, list):
        return [_scalar(member, boolean) for member in value] or None
    raise Bad(f"[{shown(value)}] is not a boolean value, cannot convert to boolean")


def is_address(text: str) -> bool:
    """Tell whether a text is an IPv4 or IPv6 literal."""
    return len(text) <= _LONGEST_ADDRESS and _is_address(text)


# The same hosts come again and again.
@lru_cache(maxsize=4096)
def _is_address(text: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
    except (OSError, ValueError):
        return False
    return True


def ip(value: Any) -> str | list[str] | None:
    """An IPv4 or IPv6 literal, kept as it is written; a list member by member."""
    if type(value) is str:
        if is_address(value):
            return str(value)
    elif isinstance(value, list):
        return [_scalar(member, ip) for member in value] or None
    raise Bad(f"'{shown(value)}' is not an IP string literal.")


def ip_list(value: Any) -> list[str] | None:
    """The addresses of a text with commas between them, blanks not trimmed; raise WholeRecordFailure for no text."""
    if not isinstance(value, str):
        raise WholeRecordFailure(not_text(value))
    pieces = value.rstrip(",").split(",")
    if pieces == [""] != [value]:
        return None
    return [_scalar(piece, ip) for piece in pieces]


def text(value: Any) -> str | list[str] | None:
    """Any scalar as text, an object as Java writes it; a list member by member."""
    if type(value) is str:
        return value or None
    if isinstance(value, list):
        if None in value:
            raise Bad(not_text(None))
        return [form for member in value if (form := text_form(member))] or None
    return text_form(value)


def joined(value: Any) -> str | None:
    """The members of a list as one text, commas between them; None for what is no list."""
    return ",".join(map(text_form, value)) or None if isinstance(value, list) else None


def lower_case(value: Any) -> str | None:
    """A text in lower case; raise WholeRecordFailure for no text."""
    if not isinstance(value, str):
        raise WholeRecordFailure(not_text(value))
    return value.lower() or None


def mac(value: str) -> str:
    """A hardware address with `-` between its groups, in upper case; the groups stay as they are."""
    return value.replace(":", "-").replace(".", "-").upper()


def os_type(value: Any) -> str | None:
    """The first of OS_TYPES that the lower-cased text contains; None when none is."""
    if not isinstance(value, str):
        raise WholeRecordFailure(not_text(value))
    name = value.lower()
    for word in OS_TYPES:
        if word in name:
            return word
    return None


def exactly(value: Any) -> Any:
    """The same value; raise Inexact for a number that the fast parser may have made from a longer integer."""
    if type(value) is float and abs(value) > LARGEST_LONG:
        raise Inexact
    return value


def text_form(value: Any, depth: int = 0) -> str:
    """A value as text: numbers and true/false as in JSON, objects and lists the way Java writes them.

    Raise Bad for what `whole` would leave out.
    """
    if isinstance(value, str):
        return value
    if depth > DEEPEST:
        raise Bad(TOO_DEEP)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={text_form(member, depth + 1)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(text_form(member, depth + 1) for member in value) + "]"
    if is_beyond_double(value):
        raise Bad(f'For input string: "{value.text}"')
    if isinstance(value, ExactFloat):
        # The same text whichever parser read the record.
        return dumps(float(value)).decode()
    return value.text if isinstance(value, ExactInteger) else dumps(exactly(value)).decode()


def _scalar(member: Any, convert: Callable[[Any], Any]) -> Any:
    # A list inside a list is not a member of the kind, whatever it holds.
    return convert(shown(member) if isinstance(member, list) or member is None else member)
