"""Responses of the console: one function per path, over shared data."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from s1ecs.standin import pages, record_list, threat_events, tokens
from s1ecs.standin.action_state.state import Actions
from s1ecs.standin.application_list import ApplicationList
from s1ecs.standin.incidents import Incident
from s1ecs.standin.installations import Installations
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Host, Organisation
from s1ecs.standin.record_list import Listed
from s1ecs.standin.refusal import bad_request, not_authenticated, not_found
from s1ecs.standin.strict import is_id
from s1ecs.standin.unified_alert_list import UnifiedAlertList


@dataclass(frozen=True)
class StandinConsole:
    """Data behind the responses: the organisation and its lists by name.

    A list is named as its stream if its records are the stream's documents.
    """

    organisation: Organisation
    lists: Mapping[str, Listed]
    applications: ApplicationList
    unified_alerts: UnifiedAlertList
    installations: Installations
    # By threat id, growing with the console; events are those that came after the first of a threat.
    incidents: dict[str, tuple[Host, Incident]]
    actions: Actions
    more_events: dict[str, list[JsonObject]] = field(default_factory=dict)


@dataclass(frozen=True)
class ConsoleRequest:
    """A request that may be answered: whose token it carries, its parameters in their types, the request itself."""

    token: tokens.Token
    given: Mapping[str, Any]
    request: Request


# The body of a good answer in JSON, or the whole answer.
StandinResponse = Callable[[StandinConsole, ConsoleRequest], Awaitable[bytes | Response]]


async def counts(console: StandinConsole, _asked: ConsoleRequest) -> bytes:
    """GET /_standin/counts, which no real console has: how many different documents each stream holds."""
    return orjson.dumps({stream: count(console) for stream, count in COUNTS.items()})


async def system_status(_console: StandinConsole, _asked: ConsoleRequest) -> bytes:
    """GET /system/status."""
    return orjson.dumps({"data": {"health": "ok"}})


async def system_info(_console: StandinConsole, _asked: ConsoleRequest) -> bytes:
    """GET /system/info."""
    return orjson.dumps(
        {
            "data": {
                "build": "118",
                "latestAgentVersion": "24.2.1.1",
                "patch": "1",
                "release": "Stand-in",
                "version": "Stand-in-24.2.1#118",
            }
        }
    )


async def user(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /user: the user of the token."""
    return orjson.dumps({"data": tokens.user(asked.token, console.organisation)})


async def token_details(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /users/api-token-details: when the token in the body was made and expires."""
    try:
        body = orjson.loads(await asked.request.body())
    except orjson.JSONDecodeError:
        raise bad_request("body: not JSON") from None
    match body:
        case {"data": {"token": str(value), **others}, **rest} if value and not others and not rest:
            token = tokens.find(value)
        case _:
            raise bad_request("data: must be an object with the key token and no other")
    if not token.is_good:
        raise not_authenticated()
    return orjson.dumps({"data": tokens.details(token, console.organisation.now)})


async def token_details_of_user(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /users/{user_id}/api-token-details: the same of a user's token."""
    user_id = asked.request.path_params["user_id"]
    if not is_id(user_id):
        raise bad_request(f"user_id: not an id: {user_id}")
    token = tokens.of_user(user_id)
    if token is None:
        raise not_found(f"user {user_id}")
    return orjson.dumps({"data": tokens.details(token, console.organisation.now)})


def within_scope(console: StandinConsole, asked: ConsoleRequest, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters of a list, narrowed to the site of the token if it is a token of one site only."""
    if asked.token.site is None:
        return given
    site = console.organisation.sites[asked.token.site].id
    inside = site in given.get("siteIds", (site,))
    return {**given, "siteIds": (site,) if inside else ("none",)}


def of_list(name: str) -> StandinResponse:
    """Return what answers with the list of that name."""

    async def page(console: StandinConsole, asked: ConsoleRequest) -> bytes:
        return record_list.answer(console.lists[name], within_scope(console, asked, asked.given))

    return page


async def agents_count(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /agents/count: how many agents the filters fit."""
    listed = console.lists["agent"]
    return orjson.dumps({"data": {"total": pages.count(listed.shelf(), listed.page(asked.given))}})


async def inventory(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /application-management/inventory: the applications."""
    return console.applications.inventory(asked.given)


async def installations(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /application-management/inventory/endpoints: the installations of one application."""
    return console.applications.endpoints(asked.given)


def _of_list(name: str) -> Callable[[StandinConsole], int]:
    return lambda console: len(console.lists[name].shelf())


# How many documents each stream holds.
COUNTS: Mapping[str, Callable[[StandinConsole], int]] = {
    "activity": _of_list("activity"),
    "agent": _of_list("agent"),
    "alert": _of_list("alert"),
    "application": lambda console: len(console.applications),
    "application_risk": _of_list("application_risk"),
    "group": _of_list("group"),
    "threat": _of_list("threat"),
    "threat_event": lambda console: (
        len(console.incidents) * threat_events.EVENTS + sum(map(len, console.more_events.values()))
    ),
    "unified_alert": lambda console: len(console.unified_alerts.shelf()),
}
