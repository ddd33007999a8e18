"""GET, POST and DELETE /restrictions: the blocklist."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from s1ecs.standin import invent
from s1ecs.standin.actions import bodies
from s1ecs.standin.actions.activity_types import TYPES
from s1ecs.standin.actions.listing import ListedItems
from s1ecs.standin.actions.scopes import ScopePlace, places
from s1ecs.standin.actions.telling import tell
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.fields import FieldPaths, containing
from s1ecs.standin.parameters.parameter import PAGING, SCOPE, TENANT, Parameter, booleans, bounds, ids, sort_by, texts
from s1ecs.standin.record_list import answer
from s1ecs.standin.refusal import Refusal, bad_request
from s1ecs.standin.shelf import Condition

_TYPE = "black_hash"
_SYSTEMS = ("linux", "macos", "windows", "windows_legacy")
# Where an item has each kind of hash.
_HASHES = {"value": re.compile(r"[0-9A-Fa-f]{40}"), "sha256Value": re.compile(r"[0-9A-Fa-f]{64}")}
_SORTS = ("id", "createdAt", "updatedAt", "osType", "description", "scope", "value", "userName", "source", "scopePath",
          "imported")  # fmt: skip
_FIELDS = FieldPaths(
    identity="id",
    filters={
        "createdAt": "createdAt",
        "description": "description",
        "imported": "imported",
        "osTypes": "osType",
        "source": "source",
        "type": "type",
        "types": "type",
        "updatedAt": "updatedAt",
        "user": "userName",
    },
    sorts={name: name for name in _SORTS},
    ids={"ids": "id", "userIds": "userId"},
    text=("value", "description"),
)

PARAMETERS = (
    *SCOPE,
    TENANT,
    *PAGING,
    sort_by(*_SORTS),
    *ids("ids", "userIds"),
    *bounds("createdAt", between=True),
    *bounds("updatedAt", between=True),
    *texts("description__contains", "osTypes", "source", "types", "user__contains", "value__contains"),
    *texts("modes", "recommendations"),
    *booleans("imported", "includeChildren", "includeParents", "unified"),
    Parameter("query", "text"),
    Parameter("type", "choice", values=(_TYPE,)),
    Parameter("value", "text"),
)


async def read(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /restrictions; `value` is compared letter for letter, `value__contains` in any case.

    Of a scope come the items that were made for it; what lies above or below only when asked for.
    """
    given, shelf = asked.given, console.actions.restrictions
    scope = {key: given[key] for key in ("accountIds", "groupIds", "siteIds", "tenant") if given.get(key)}
    conditions = []
    if scope:
        near = {place.id: place for place in places(console, asked, _filter(scope))}
        ids = frozenset(each for each in shelf.ids() if _is_near(shelf.record(each), near, given))
        conditions.append(Condition(("id",), ids.__contains__))
    if "value" in given:
        conditions.append(Condition(("value",), given["value"].__eq__))
    if "value__contains" in given:
        conditions.append(Condition(("value",), containing(given["value__contains"])))
    return answer(ListedItems(_FIELDS, shelf, tuple(conditions)), given)


def _filter(scope: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in scope.items()}


def _is_near(item: Mapping[str, Any], near: Mapping[str, ScopePlace], given: Mapping[str, Any]) -> bool:
    """Return True if the item belongs to one of the scopes, or above or below one where requested."""
    if item["scopeId"] in near:
        return True
    above = {each for place in near.values() for each in ("", *place.ids.values())}
    below = "" in near or any(item.get(key) in near for key in ("accountId", "groupId", "siteId"))
    return (given.get("includeParents", False) and item["scopeId"] in above) or (
        given.get("includeChildren", False) and below
    )


async def add(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /restrictions: one hash for one system, in each place of one scope; one that is there is refused."""
    body = await bodies.read(asked)
    data = bodies.section(body, ("description", "osType", "source", "type", *_HASHES))
    bodies.choice(data, "type", (_TYPE,))
    system = bodies.choice(data, "osType", _SYSTEMS)
    hashes = _hashes(data)
    described: dict[str, str] = {
        key: bodies.text(data, key, least=0) for key in ("description", "source") if key in data
    }
    shelf, moment = console.actions.restrictions, console.actions.clock()
    there = [shelf.record(each) for each in shelf.ids()]
    kept = {(value.lower(), each["osType"], each["scopeId"]) for each in there for value in _values(each)}
    made = []
    for place in places(console, asked, body["filter"]):
        if any((value.lower(), system, place.id) in kept for value in hashes.values()):
            raise Refusal(400, 4000030, "Already Exists Error")
        made.append(_item(console, asked, place, moment, {"osType": system, **hashes, **described}))
    for item in made:
        shelf.add(item)
        about = {"osFamily": system, "value": _values(item)[0]}
        tell(console, TYPES["hash_added"], None, moment, token=asked.token, data=about)
    return orjson.dumps({"data": made})


async def remove(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """DELETE /restrictions, by the items' ids."""
    data = bodies.section(await bodies.read(asked, filtered=False), ("ids", "type"))
    if "type" in data:
        bodies.choice(data, "type", (_TYPE,))
    wanted, shelf = bodies.ids(data, "ids"), console.actions.restrictions
    there = [each for each in wanted if each in shelf.ids()]
    for identity in there:
        item = shelf.record(identity)
        shelf.remove(identity)
        about = {"osFamily": item["osType"], "value": _values(item)[0]}
        tell(console, TYPES["hash_deleted"], None, console.actions.clock(), token=asked.token, data=about)
    return orjson.dumps({"data": {"affected": len(there)}})


def _hashes(data: Mapping[str, Any]) -> dict[str, str]:
    """The hashes of the body, one at least, each under the key of its kind."""
    found = {key: bodies.text(data, key) for key in _HASHES if key in data}
    for key, value in found.items():
        if not _HASHES[key].fullmatch(value):
            raise bad_request(f"data.{key}: not a hash of this kind: {value}")
    if not found:
        raise bad_request(f"data: one of {', '.join(_HASHES)} is needed")
    return found


def _values(item: Mapping[str, Any]) -> list[str]:
    """The hashes of an item."""
    return [item[key] for key in _HASHES if item[key]]


def _item(
    console: StandinConsole, asked: ConsoleRequest, place: ScopePlace, moment: datetime, given: Mapping[str, str]
) -> dict[str, Any]:
    at = invent.time_text(moment)
    return {
        **place.ids,
        "createdAt": at,
        "description": "",
        "id": invent.identifier(moment, console.actions.number()),
        "imported": False,
        **dict.fromkeys(_HASHES),
        "scope": place.level,
        "scopeId": place.id,
        "scopeName": place.name,
        "scopePath": place.path,
        "source": "user",
        "type": _TYPE,
        "updatedAt": at,
        "userId": asked.token.user_id,
        "userName": asked.token.user_name,
        **given,
    }
