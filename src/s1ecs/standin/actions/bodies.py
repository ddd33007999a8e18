"""Reading the body of an acting request as strictly as the API's description: a wrong one is refused with 400."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from s1ecs.standin.console import ConsoleRequest
from s1ecs.standin.refusal import bad_request
from s1ecs.standin.strict import is_id

_NO_KEYS: frozenset[str] = frozenset()
MISSING = object()


async def read(asked: ConsoleRequest, *, filtered: bool = True, data: bool = True) -> dict[str, Any]:
    """Return the body, an object with `filter` if `filtered`, and with `data` unless it may be left out."""
    try:
        body = orjson.loads(await asked.request.body())
    except orjson.JSONDecodeError:
        raise bad_request("body: not JSON") from None
    if not isinstance(body, dict):
        raise bad_request("body: not an object")
    known = {"data", "filter"} if filtered else {"data"}
    if unknown := sorted(set(body) - known):
        raise bad_request(f"{unknown[0]}: unknown key")
    if filtered and not isinstance(body.get("filter"), dict):
        raise bad_request("filter: missing" if "filter" not in body else "filter: not an object")
    if data and "data" not in body:
        raise bad_request("data: missing")
    return body


def section(body: Mapping[str, Any], allowed: Collection[str] = _NO_KEYS) -> dict[str, Any]:
    """Return `data` of the body, an object with no other keys than the allowed ones; {} where it is left out."""
    data = body.get("data", {})
    if not isinstance(data, dict):
        raise bad_request("data: not an object")
    if unknown := sorted(set(data) - set(allowed)):
        raise bad_request(f"data.{unknown[0]}: unknown key")
    return data


def text(data: Mapping[str, Any], key: str, *, least: int = 1, most: int | None = None) -> str:
    """Return a text of `data` that must be there, with so many characters."""
    value = data.get(key, MISSING)
    if value is MISSING:
        raise bad_request(f"data.{key}: missing")
    if not isinstance(value, str):
        raise bad_request(f"data.{key}: not a text")
    if len(value) < least:
        raise bad_request(f"data.{key}: shorter than {least}")
    if most is not None and len(value) > most:
        raise bad_request(f"data.{key}: longer than {most}")
    return value


def choice(data: Mapping[str, Any], key: str, allowed: Collection[str]) -> str:
    """Return a word of `data` that must be one of the allowed ones."""
    value = text(data, key)
    if value not in allowed:
        raise bad_request(f"data.{key}: not one of the allowed values: {value}")
    return value


def boolean(data: Mapping[str, Any], key: str, *, default: bool | None = None) -> bool:
    """Return true or false of `data`; without a default it must be there."""
    value = data.get(key, default)
    if value is None:
        raise bad_request(f"data.{key}: missing")
    if not isinstance(value, bool):
        raise bad_request(f"data.{key}: not a boolean")
    return value


def ids(data: Mapping[str, Any], key: str) -> list[str]:
    """Return the ids of `data` under that key: a list of them, one at least."""
    value = data.get(key, MISSING)
    if value is MISSING:
        raise bad_request(f"data.{key}: missing")
    if not isinstance(value, list) or not value:
        raise bad_request(f"data.{key}: not a list of ids")
    for each in value:
        check_id(f"data.{key}", each)
    return value


def check_id(name: str, value: Any) -> str:
    """Return the id; raise Refusal if it is none."""
    if not isinstance(value, str) or not is_id(value):
        raise bad_request(f"{name}: not an id: {value}")
    return value
