"""POST /unifiedalerts/graphql: the list of unified alerts, and the mutations that change them.

A refused write is answered as one that was done, with the alert under `failure`: so it was seen on live consoles.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
from graphql import GraphQLError, GraphQLSyntaxError, OperationDefinitionNode, OperationType

from s1ecs.standin import invent, pages
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.unified_alert_list import condition
from s1ecs.standin.unified_alert_schema import parsed

_STATUSES = ("IN_PROGRESS", "NEW", "RESOLVED")
_VERDICT = re.compile(r"UNDEFINED|(TRUE|FALSE)_POSITIVE(_[A-Z]+)*|SUSPICIOUS")
# Of each action: the key of its payload, and which values are good.
_ACTIONS: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "S1/alert/addNote": ("note", bool),
    "S1/alert/analystVerdictUpdate": ("analystVerdict", lambda value: bool(_VERDICT.fullmatch(value))),
    "S1/alert/statusUpdate": ("status", _STATUSES.__contains__),
}


def is_mutation(body: bytes) -> bool:
    """Return True if the body is a mutation."""
    try:
        document = parsed(orjson.loads(body)["query"])
    except (orjson.JSONDecodeError, KeyError, TypeError, GraphQLSyntaxError):
        return False
    return any(
        isinstance(each, OperationDefinitionNode) and each.operation is OperationType.MUTATION
        for each in document.definitions
    )


async def graphql(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /unifiedalerts/graphql."""
    mutations = {
        "addAlertNote": partial(_add_note, console, asked),
        "alertTriggerActions": partial(_trigger, console, asked),
    }
    return console.unified_alerts.graphql(await asked.request.body(), mutations)


def _trigger(console: StandinConsole, asked: ConsoleRequest, _info: object, **given: Any) -> Mapping[str, Any]:
    wanted = [_checked(each) for each in given["actions"]]
    ids = _chosen(console, given.get("filter"))
    told = console.actions.is_told
    ids = [each for each in ids if not told("affected_zero", each)]
    done = []
    for action, key, value in wanted:
        refused = {each: why for each in ids if (why := _refused(console, asked, each))}
        for each in ids:
            if each not in refused:
                _change(console, each, key, value)
        done.append(
            {
                "actionId": action,
                "failure": [{"errorMessage": why, "id": each} for each, why in refused.items()],
                "skip": [],
                "success": [{"id": each} for each in ids if each not in refused],
            }
        )
    return {"__typename": "ActionsTriggered", "actions": done}


def _add_note(console: StandinConsole, asked: ConsoleRequest, _info: object, **given: Any) -> Mapping[str, Any]:
    alert_id = given["alertId"]
    if alert_id not in console.unified_alerts.shelf().ids():
        raise GraphQLError(f"alert not found: {alert_id}")
    if why := _refused(console, asked, alert_id):
        raise GraphQLError(why)
    moment = console.actions.clock()
    _change(console, alert_id, "note", given["text"])
    return {
        "alertId": alert_id,
        "createdAt": _time(moment),
        "id": invent.identifier(moment, console.actions.number()),
        "text": given["text"],
        "type": given.get("type"),
    }


def _checked(given: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the action's id, the key that it changes and its new value."""
    action, payload = given["id"], given.get("payload") or {}
    if action not in _ACTIONS:
        raise GraphQLError(f"actions: unknown action {action!r}")
    key, is_good = _ACTIONS[action]
    value = (payload.get(key) or {}).get("value")
    if value is None or set(payload) != {key}:
        raise GraphQLError(f"actions: {action} needs the payload {key} and no other")
    if not is_good(value):
        raise GraphQLError(f"actions: {key}: not one of the allowed values: {value!r}")
    return action, key, value


def _chosen(console: StandinConsole, given: Mapping[str, Any] | None) -> list[str]:
    """Return the ids of the alerts that the filter fits; without one all, as on a console."""
    shelf = console.unified_alerts.shelf()
    if given is None:
        return shelf.ids()
    ways = [[condition(each) for each in part["and"]] for part in given["or"]]
    found = {
        place.id: None
        for conditions in ways
        for place in pages.fitting(shelf, pages.PageRequest("id", conditions, {}), None)
    }
    return list(found)


def _refused(console: StandinConsole, asked: ConsoleRequest, alert_id: str) -> str:
    """Return why the alert is not changed; nothing if it is."""
    if "UnifiedAlerts.edit" in asked.token.lacks or console.actions.is_told("missing_permissions", alert_id):
        return "Insufficient permissions"
    site = asked.token.site
    scope = console.unified_alerts.shelf().record(alert_id)["realTime"]["scope"]
    if site is not None and scope["site"]["id"] != console.organisation.sites[site].id:
        return "Alert not found"
    return ""


def _change(console: StandinConsole, alert_id: str, key: str, value: str) -> None:
    shelf, actions = console.unified_alerts.shelf(), console.actions
    moment = actions.clock()
    if key == "note":
        actions.notes.setdefault(alert_id, []).append({"createdAt": _time(moment), "text": value})
    new = {"noteExists": True} if key == "note" else {key: value}
    shelf.replace(alert_id, shelf.record(alert_id) | new | {"updatedAt": _time(moment)})


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
