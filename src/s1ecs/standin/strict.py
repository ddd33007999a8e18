"""Reading query parameters strictly: what the API does not have, or not like this, is refused with 400."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from s1ecs.standin.invent import SMALLEST_ID, time_text
from s1ecs.standin.parameters.parameter import Parameter, ParameterKind
from s1ecs.standin.refusal import bad_request

# Each of them asks for less than the whole tenant.
_SCOPE_IDS = ("accountIds", "groupIds", "siteIds")

_BETWEEN = re.compile(r"([0-9]{1,14})-([0-9]{1,14})", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", re.ASCII)
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_ID = re.compile(r"[0-9]{1,30}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)", re.ASCII)


class Between(NamedTuple):
    """A span of time, ends included, as the console writes times."""

    first: str
    last: str


def read(table: Iterable[Parameter], given: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the parameters' values in their types, a time as the console writes it; raise Refusal if one is bad."""
    known = {parameter.name: parameter for parameter in table}
    values: dict[str, Any] = {}
    for name, text in given:
        if name not in known:
            raise bad_request(f"{name}: unknown parameter")
        if name in values:
            raise bad_request(f"{name}: given more than once")
        values[name] = _value(known[name], text)
    if missing := next((each.name for each in known.values() if each.required and each.name not in values), None):
        raise bad_request(f"{missing}: missing")
    if values.get("tenant") and (scope := next((name for name in _SCOPE_IDS if name in values), None)):
        raise bad_request(f"tenant: the whole tenant and {scope} exclude each other")
    if "cursor" in values and "skip" in values:
        raise bad_request("skip: can't be used with cursor")
    return values


def is_id(text: str) -> bool:
    """Return True if the text is an id as the API writes them: decimal, at least 100000000000000000."""
    return _ID.fullmatch(text) is not None and int(text) >= SMALLEST_ID


def _value(parameter: Parameter, text: str) -> Any:
    return _READERS[parameter.kind](parameter, text)


def _between(parameter: Parameter, text: str) -> Between:
    found = _BETWEEN.fullmatch(text)
    if found is None:
        raise bad_request(f"{parameter.name}: not two times in milliseconds with a hyphen between: {text}")
    first, last = (time_text(datetime.fromtimestamp(int(each) / 1000, UTC)) for each in found.groups())
    return Between(first, last)


def _boolean(parameter: Parameter, text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise bad_request(f"{parameter.name}: not a boolean: {text}")
    return text.lower() == "true"


def _choice(parameter: Parameter, text: str) -> str:
    if text not in parameter.values:
        raise bad_request(f"{parameter.name}: not one of the allowed values: {text}")
    return text


def _ids(parameter: Parameter, text: str) -> tuple[str, ...]:
    ids = tuple(text.split(","))
    for each in ids:
        if not is_id(each):
            raise bad_request(f"{parameter.name}: not an id of at least {SMALLEST_ID}: {each}")
    return ids


def _integer(parameter: Parameter, text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise bad_request(f"{parameter.name}: not an integer: {text}")
    value = int(text)
    if parameter.minimum is not None and value < parameter.minimum:
        raise bad_request(f"{parameter.name}: must be at least {parameter.minimum}")
    if parameter.maximum is not None and value > parameter.maximum:
        raise bad_request(f"{parameter.name}: must be at most {parameter.maximum}")
    return value


def _number(parameter: Parameter, text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise bad_request(f"{parameter.name}: not a number: {text}")
    return text


def _time(parameter: Parameter, text: str) -> str:
    try:
        if _TIME.fullmatch(text):
            return time_text(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    raise bad_request(f"{parameter.name}: not a time in ISO 8601 with Z or an offset: {text}")


_READERS: Mapping[ParameterKind, Callable[[Parameter, str], Any]] = {
    "between": _between,
    "boolean": _boolean,
    "choice": _choice,
    "ids": _ids,
    "integer": _integer,
    "number": _number,
    "text": lambda _, text: text,
    "texts": lambda _, text: tuple(text.split(",")),
    "time": _time,
}
