"""GET, POST and DELETE /threat-intelligence/iocs: indicators of compromise."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from s1ecs.standin import invent
from s1ecs.standin.actions import bodies
from s1ecs.standin.actions.listing import ListedItems
from s1ecs.standin.actions.scopes import ScopePlace, places
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.parameters.parameter import PAGING, SCOPE, TENANT, Parameter, bounds, sort_by, texts
from s1ecs.standin.record_list import answer
from s1ecs.standin.refusal import Refusal, bad_request

# How an indicator of each type is written, and for how many days one lives at first and at most.
_TYPES: Mapping[str, tuple[str, int, int]] = {
    "IPV4": (r"(\d{1,3}\.){3}\d{1,3}", 14, 30),
    "IPV6": (r"[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+", 14, 30),
    "DNS": (r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+", 90, 180),
    "URL": (r"\w+://\S+", 90, 180),
    "MD5": (r"[0-9A-Fa-f]{32}", 180, 180),
    "SHA1": (r"[0-9A-Fa-f]{40}", 180, 180),
    "SHA256": (r"[0-9A-Fa-f]{64}", 180, 180),
}
_KEYS = ("category", "description", "externalId", "intrusionSets", "metadata", "method", "mitreTactic", "name",
         "reference", "source", "threatActors", "type", "validUntil", "value")  # fmt: skip
_TEXTS = ("description", "externalId", "metadata", "name")
_EMPTY_FILE = {getattr(hashlib, name)(b"").hexdigest() for name in ("md5", "sha1", "sha256")}
_SORTS = ("id", "creationTime", "source", "type", "updatedAt", "uploadTime", "uuid")
_FIELDS = FieldPaths(
    identity="uuid",
    # `source` is a parameter, but filters nothing: seen so on live consoles.
    filters={"name": "name", "type": "type", "updatedAt": "updatedAt", "uploadTime": "uploadTime"},
    sorts={**{name: name for name in _SORTS}, "id": "uuid"},
    ids={"accountIds": "accountId", "groupIds": "groupId", "siteIds": "siteId", "uuids": "uuid", "value": "value"},
    sort="uploadTime",
)

PARAMETERS = (
    *SCOPE,
    TENANT,
    *PAGING,
    sort_by(*_SORTS),
    *bounds("creationTime"),
    *bounds("updatedAt"),
    *bounds("uploadTime"),
    *texts("name__contains", "source", "type", "uuids"),
    Parameter("value", "text"),
)


async def read(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /threat-intelligence/iocs."""
    _check_accounts(asked)
    return answer(ListedItems(_FIELDS, console.actions.indicators), asked.given)


async def add(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /threat-intelligence/iocs: one or more, in each place of one scope; one that is there is made anew."""
    _check_accounts(asked)
    body = await bodies.read(asked)
    data = body["data"]
    if not isinstance(data, list) or not data:
        raise bad_request("data: not a list of indicators")
    moment, shelf = console.actions.clock(), console.actions.indicators
    wanted = places(console, asked, body["filter"])
    checked = [_checked(bodies.section({"data": each}, _KEYS), moment) for each in data]
    made = [_item(asked, place, moment, each) for each in checked for place in wanted]
    for item in made:
        if item["uuid"] in shelf.ids():
            shelf.replace(item["uuid"], item)
        else:
            shelf.add(item)
    return orjson.dumps({"data": made})


async def remove(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """DELETE /threat-intelligence/iocs: by scope, and in it by uuid, type, value or name."""
    _check_accounts(asked)
    given = (await bodies.read(asked, data=False))["filter"]
    keys = ("uuids", "type", "value", "name")
    scope = {key: value for key, value in given.items() if key not in keys}
    within = {place.id for place in places(console, asked, scope)}
    shelf = console.actions.indicators
    gone = [each for each in map(shelf.record, shelf.ids()) if each["scopeId"] in within and _fits(each, given)]
    for item in gone:
        shelf.remove(item["uuid"])
    return orjson.dumps({"data": {"affected": len(gone)}})


def _fits(item: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    uuids = given.get("uuids", [item["uuid"]])
    wanted = uuids.split(",") if isinstance(uuids, str) else uuids
    return item["uuid"] in wanted and all(item[key] == given[key] for key in ("type", "value", "name") if key in given)


def _check_accounts(asked: ConsoleRequest) -> None:
    if asked.token.of_many_accounts:
        raise Refusal(403, 4030010, "This page doesn't support multi-scopes users yet")


def _checked(given: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
    bodies.text(given, "source")
    kind = bodies.choice(given, "type", tuple(_TYPES))
    pattern, days, most = _TYPES[kind]
    value = bodies.text(given, "value")
    if not re.fullmatch(pattern, value, re.ASCII):
        raise bad_request(f"data.value: not of type {kind}: {value}")
    if value.lower() in _EMPTY_FILE:
        raise bad_request("data.value: hashes_empty_file")
    if "method" in given:
        bodies.choice(given, "method", ("EQUALS",))
    for key in _TEXTS:
        if key in given:
            bodies.text(given, key, least=0)
    until = moment + timedelta(days=days)
    if "validUntil" in given:
        try:
            until = datetime.fromisoformat(bodies.text(given, "validUntil"))
            # Longer lives are cut.
            until = min(until, moment + timedelta(days=most))
        except (TypeError, ValueError):
            raise bad_request("data.validUntil: not a time in ISO 8601 with Z or an offset") from None
    return {"method": "EQUALS", **given, "validUntil": invent.time_text(until)}


def _item(asked: ConsoleRequest, place: ScopePlace, moment: datetime, given: Mapping[str, Any]) -> dict[str, Any]:
    at = invent.time_text(moment)
    name = f"{place.id} {given['source']} {given['type']} {given['value']}"
    lists: dict[str, list[str]] = {
        key: [] for key in ("category", "intrusionSets", "mitreTactic", "reference", "threatActors")
    }
    return {
        **place.ids,
        **lists,
        **dict.fromkeys(_TEXTS, ""),
        "batchId": "0" * 32,
        "creationTime": None,
        "creator": f"{asked.token.user_id}@corp.example",
        "scope": place.level,
        "scopeId": place.id,
        "updatedAt": at,
        "uploadTime": at,
        "uuid": hashlib.blake2b(name.encode(), digest_size=16).hexdigest(),
        **given,
    }
