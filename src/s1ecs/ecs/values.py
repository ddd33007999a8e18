"""The kinds of value: each function converts one JSON value or raises Bad with the text for `error.message`.

A converter gives None for an empty list, which leaves no trace; None never arrives, because an absent source does
nothing. Texts and bounds are those of Elasticsearch's convert and date processors, which made the documents of
Elastic's integration.
"""

import re
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from s1ecs.records import DEEPEST, TOO_DEEP, ExactFloat, ExactInteger, dumps

OS_TYPES = ("linux", "macos", "unix", "windows", "ios", "android")

_DATE = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:T(?P<minute>(?:[01][0-9]|2[0-3]):[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}")
_HEXADECIMAL = re.compile(r"-?0x[0-9a-fA-F]{1,40}")
_COMMON_LENGTH = len("2018-02-27T04:49:26.257525Z")
_LONGEST_WITHOUT_CHECK = 18
_LARGEST_OFFSET_HOURS = 18
_LARGEST_MINUTE = 59
_LARGEST_LONG = 2**63 - 1
_SMALLEST_LONG = -(2**63)


class Bad(ValueError):
    """A value that its kind does not accept; the message goes to `error.message`."""


class WholeRecordFailure(ValueError):
    """A value at which Elastic's pipeline gives up the record; the message goes to `error.message`."""


class Inexact(Exception):
    """The fast parser may have bent a number of this record."""


def shown(value: Any) -> str:
    """A value inside a text: text as it is, anything else as its JSON text."""
    return value if isinstance(value, str) else dumps(value).decode()


def date(value: Any) -> str:
    """ISO 8601 text as UTC `YYYY-MM-DDTHH:MM:SS.mmmZ`; what is finer is cut, not rounded."""
    # Nearly every date of the API is in this form, and fromisoformat alone is fast. It checks the digits; the
    # separators asked for here leave it no other form of this length.
    if (
        type(value) is str
        and len(value) == _COMMON_LENGTH
        and value[19] == "."
        and value[10] == "T"
        and value[7] == "-"
        and value[26] == "Z"
        and (value[11] != "2" or value[12] < "4")
    ):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return _any_date(value)
        return value[:23] + "Z"
    return _any_date(value)


def _any_date(value: Any) -> str:
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Bad(f"unable to parse date [{shown(value)}]")
    day, minute, second, fraction, zone = match.group("day", "minute", "second", "fraction", "zone")
    try:
        moment = datetime.fromisoformat(f"{day}T{minute or '00:00'}:{second or '00'}")
        if zone and zone != "Z":
            moment -= _offset(zone)
    except (ValueError, OverflowError):
        raise Bad(f"unable to parse date [{value}]") from None
    return f"{moment.isoformat()}.{(fraction or '')[:3]:0<3}Z"


def _offset(text: str) -> timedelta:
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > _LARGEST_OFFSET_HOURS or minutes > _LARGEST_MINUTE:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if text[0] == "-" else offset


def long(value: Any) -> int | list[int] | None:
    """A JSON integer or its text, decimal or `0x..`, within signed 64 bits; a list member by member."""
    if type(value) is str:
        if value.isascii() and value.isdigit() and len(value) <= _LONGEST_WITHOUT_CHECK:
            return int(value)
        return _long_from_text(value)
    if type(value) is int and _SMALLEST_LONG <= value <= _LARGEST_LONG:
        return int(value)
    if isinstance(value, list):
        return [_scalar(member, long) for member in value] or None
    raise Bad(f'For input string: "{shown(exactly(value))}"')


def _long_from_text(text: str) -> int:
    base = 10 if _DECIMAL.fullmatch(text) else 16 if _HEXADECIMAL.fullmatch(text) else 0
    number = int(text, base) if base else None
    if number is None or not _SMALLEST_LONG <= number <= _LARGEST_LONG:
        raise Bad(f'For input string: "{text}"')
    return number


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
    raise Bad(f"[{shown(exactly(value))}] is not a boolean value, cannot convert to boolean")


def ip(value: Any) -> str | list[str] | None:
    """An IPv4 or IPv6 literal, kept as it is written; a list member by member."""
    if type(value) is str:
        try:
            socket.inet_pton(socket.AF_INET6 if ":" in value else socket.AF_INET, value)
        except (OSError, ValueError):
            pass
        else:
            return str(value)
    elif isinstance(value, list):
        return [_scalar(member, ip) for member in value] or None
    raise Bad(f"'{shown(exactly(value))}' is not an IP string literal.")


def os_type(value: Any) -> str | None:
    """The first of OS_TYPES that the lower-cased text contains; None when none is."""
    if not isinstance(value, str):
        raise WholeRecordFailure(f"[{shown(exactly(value))}] is not text")
    name = value.lower()
    for word in OS_TYPES:
        if word in name:
            return word
    return None


def whole(value: Any, problems: list[str], depth: int = 0) -> Any:
    """Any JSON value without its empties (None when nothing is left).

    A number beyond a double, and what is nested deeper than any writer goes, is left out and becomes a problem.
    """
    if depth > DEEPEST:
        problems.append(TOO_DEEP)
        return None
    if isinstance(value, str):
        return value or None
    if isinstance(value, dict):
        return {
            key: kept for key, member in value.items() if (kept := whole(member, problems, depth + 1)) is not None
        } or None
    if isinstance(value, list):
        return [kept for member in value if (kept := whole(member, problems, depth + 1)) is not None] or None
    if isinstance(value, ExactFloat) and value in {float("inf"), float("-inf")}:
        problems.append(f'For input string: "{value.text}"')
        return None
    return exactly(value)


def exactly(value: Any) -> Any:
    """The same value; raise Inexact for a number that the fast parser may have made from a longer integer."""
    if type(value) is float and abs(value) > _LARGEST_LONG:
        raise Inexact
    return value


def text_form(value: Any) -> str:
    """A value as text: numbers and true/false as in JSON, objects and lists the way Java writes them."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={text_form(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(text_form, value)) + "]"
    return value.text if isinstance(value, ExactInteger) else dumps(value).decode()


def append(related: list[str], value: Any) -> None:
    """Append a value's text form to a `related.*` list unless empty or already there; a list member by member."""
    if type(value) is str:
        text = value
    elif isinstance(value, list):
        for member in value:
            append(related, member)
        return
    else:
        text = text_form(value)
    if text and text not in related:
        related.append(text)


def _scalar(member: Any, convert: Callable[[Any], Any]) -> Any:
    # A list inside a list is not a member of the kind, whatever it holds.
    return convert(shown(member) if isinstance(member, list) or member is None else member)
