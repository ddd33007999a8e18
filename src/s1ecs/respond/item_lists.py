"""The lists of a scope that actions change: how an item of a value is asked for, and which items are of that value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s1ecs.respond.same_value import same_value
from s1ecs.respond.validators import HASH_LENGTHS

_BLACK = {"type": "black_hash"}
_SHA1, _SHA256 = "value", "sha256Value"


@dataclass(frozen=True)
class ItemList:
    """A list: its path, the key of its items' ids and the filter by them, and what is known of its items' values.

    `queries` are the filters that find the items of a value, among others where the API has no filter by it; `fits` is
    whether an item is of a value.
    """

    path: str
    identity: str
    by_ids: str
    queries: Callable[[str], Sequence[Mapping[str, str]]]
    fits: Callable[[Mapping[str, Any], str], bool]


def hash_fields(value: str) -> dict[str, str | None]:
    """The fields of a blocklist item for a hash: the API keeps SHA-1 and SHA-256 under keys of their own."""
    is_sha256 = len(value) == HASH_LENGTHS["SHA256"]
    return {"sha1": None if is_sha256 else value, "sha256": value if is_sha256 else None}


def hashes_of(item: Mapping[str, Any]) -> list[str]:
    """The hashes of a blocklist item: one, or both of the same file; older consoles keep any under one key."""
    return [str(item[key]) for key in (_SHA1, _SHA256) if item.get(key)]


def _of_hash(value: str) -> Sequence[Mapping[str, str]]:
    if len(value) == HASH_LENGTHS["SHA256"]:
        # There is no filter by it: the whole list, what was made last first.
        return [{**_BLACK, "sortBy": "createdAt", "sortOrder": "desc"}]
    return [{**_BLACK, "value__contains": value}]


def _is_of_hash(item: Mapping[str, Any], value: str) -> bool:
    return any(same_value("black_hash", each, value) for each in hashes_of(item))


def _of_indicator(value: str) -> Sequence[Mapping[str, str]]:
    # The filter sees letters as they are written; in the usual spellings of hashes and names all are the same.
    spellings = [value] if "://" in value else [value, value.lower(), value.upper()]
    return [{"value": each} for each in dict.fromkeys(spellings)]


def _is_of_indicator(item: Mapping[str, Any], value: str) -> bool:
    return same_value(str(item.get("type")), str(item.get("value")), value)


BLOCKLIST = ItemList("/restrictions", "id", "ids", _of_hash, _is_of_hash)
INDICATORS = ItemList("/threat-intelligence/iocs", "uuid", "uuids", _of_indicator, _is_of_indicator)
