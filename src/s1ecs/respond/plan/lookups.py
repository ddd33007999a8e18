"""Lookups before a request can be made: scripts by name, list items by value."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from s1ecs.errors import ActionRefused
from s1ecs.escaping import one_line
from s1ecs.respond.actions.action import Lookup
from s1ecs.respond.item_lists import BLOCKLIST, INDICATORS, ItemList, hashes_of
from s1ecs.respond.plan.unknown_ids import no_such
from s1ecs.respond.trackers.tracker import ReadRequest, records

_SCRIPTS = "/remote-scripts"
_PID_OPTION = re.compile(r"(?<![\w-])--?(pids?|process[-_]?ids?)(?![\w-])", re.IGNORECASE)
_OWN = {"creator": "SentinelOne", "creatorId": "-1"}
_WHOLE_TENANT = frozenset({"tenant", "global"})


def reads_for(lookup: Lookup, values: Mapping[str, Any]) -> list[ReadRequest]:  # noqa: PLR0911 - one a lookup
    """List the requests of the lookup; empty if there is nothing to look up."""
    system = values.get("system", "")
    match lookup:
        case Lookup.PROCESS_LIST:
            return [_scripts(query="process list", osTypes=system, scriptType="dataCollection")]
        case Lookup.TERMINATE:
            return [_scripts(query="terminate", osTypes=system, scriptType="action")]
        case Lookup.SCRIPT:
            return [_scripts(ids=values["script"])]
        case Lookup.GROUP:
            return [ReadRequest("/groups", {"groupIds": values["group"]})]
        case Lookup.BLOCKED:
            return _items(BLOCKLIST, values)
        case Lookup.INDICATORS:
            return _items(INDICATORS, values)
        case Lookup.NOTHING:
            return []


def found(lookup: Lookup, values: Mapping[str, Any], data: Any) -> dict[str, Any]:  # noqa: PLR0911 - the same
    """Further values, from the answer; raise ActionRefused where what is needed is not there, or does not fit.

    `told` is for people: the items that are removed.
    """
    listed = [each for each in records(data) if isinstance(each, dict)]
    match lookup:
        case Lookup.PROCESS_LIST:
            return {"script": str(_own(listed, (), "lists processes", values)["id"])}
        case Lookup.TERMINATE:
            script = _own(listed, ("-terminate", "-processes"), "terminates processes", values)
            return {"script": str(script["id"]), "pid_option": _pid_option(script) if values.get("pid") else ""}
        case Lookup.SCRIPT:
            return {"script": _chosen(listed, values)}
        case Lookup.GROUP:
            return {"told": [("to group", _group(listed, values["group"]))]}
        case Lookup.BLOCKED:
            blocked = _of_value(BLOCKLIST, listed, values)
            _some(blocked, f"the hash {values['value']} is not on the blocklist of this scope")
            for each in blocked:
                _in_scope(each, values["scope_filter"])
            return {"items": [str(each["id"]) for each in blocked], "told": list(map(_blocked, blocked))}
        case Lookup.INDICATORS:
            known = _of_value(INDICATORS, listed, values)
            _some(known, f"{values['value']} is not among the indicators of this scope")
            items = [str(each["uuid"]) for each in known]
            chosen = {**values["scope_filter"], "uuids": items}
            return {"items": items, "scope_filter_and_items": chosen, "told": list(map(_indicator, known))}
        case Lookup.NOTHING:
            return {}


def _scripts(**params: str) -> ReadRequest:
    # By default ten come, which might not hold the one that is wanted.
    return ReadRequest(_SCRIPTS, {**params, "limit": "1000"})


def _own(
    listed: Sequence[Mapping[str, Any]], instructions: Sequence[str], what: str, values: Mapping[str, Any]
) -> Mapping[str, Any]:
    for script in listed:
        told = str(script.get("inputInstructions") or "").lower()
        if (
            all(str(script.get(key)) == value for key, value in _OWN.items())
            and all(each in told for each in instructions)
            and values["system"] in (script.get("osTypes") or [values["system"]])
        ):
            return script
    raise ActionRefused(
        f"the console has no built-in script that {what} on {values['system']}; the site may lack the RemoteOps "
        "module, or the token the permission Remote Script Orchestration -> View"
    )


def _pid_option(script: Mapping[str, Any]) -> str:
    """The option of a script for the ids of processes, as its instructions spell it; raise ActionRefused without."""
    told = str(script.get("inputInstructions") or "")
    option = _PID_OPTION.search(told)
    if option is None:
        raise ActionRefused(
            f"the console's script terminates processes by name only ({one_line(told)}); pass --name, or run a script "
            "of your library with `s1ecs respond run-script`"
        )
    return option[0]


def _chosen(listed: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> str:
    wanted = values["script"]
    script = next((each for each in listed if str(each.get("id")) == wanted), None)
    if script is None:
        raise no_such("script", wanted)
    systems = [str(each) for each in records(script.get("osTypes"))]
    name = one_line(str(script.get("scriptName")))
    if values["system"] not in systems:
        raise ActionRefused(
            f"the script {name} supports {', '.join(systems)} only, but the host runs {values['system']}"
        )
    if script.get("inputRequired") and not values.get("input"):
        told = script.get("inputInstructions") or script.get("inputExample") or "see `s1ecs respond scripts`"
        raise ActionRefused(f"the script {name} requires input; pass it with --input: {one_line(str(told))}")
    return str(script["id"])


def _group(listed: Sequence[Mapping[str, Any]], wanted: str) -> str:
    group = next((each for each in listed if str(each.get("id")) == wanted), None)
    if group is None:
        raise no_such("group", wanted)
    return one_line(f"{group.get('name')} ({wanted}), site {group.get('siteName') or group.get('siteId')}")


def asked_for(lookup: Lookup, values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the kind and id of a lookup by a typed id; None if the console itself named it."""
    match lookup:
        case Lookup.SCRIPT:
            return "script", values["script"]
        case Lookup.GROUP:
            return "group", values["group"]
        case Lookup.BLOCKED | Lookup.INDICATORS:
            return values["scope"] if values.get("scope") else None
        case _:
            return None


def _items(items: ItemList, values: Mapping[str, Any]) -> list[ReadRequest]:
    queries = items.queries(str(values["value"]))
    return [ReadRequest(items.path, {**query, **values["scope_query"]}, whole=True) for query in queries]


def _of_value(
    items: ItemList, listed: Sequence[Mapping[str, Any]], values: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """The items of this very value, each once."""
    fitting = [each for each in listed if each.get(items.identity) and items.fits(each, str(values["value"]))]
    return list({str(each[items.identity]): each for each in fitting}.values())


def _in_scope(item: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Raise ActionRefused for an item that does not tell that it was made for the wanted scope.

    Consoles tell it as a filter (`scope`), or as its level and its id (`scope`, `scopeId`).
    """
    [(name, value)] = wanted.items()
    scope = item.get("scope")
    if isinstance(scope, Mapping):
        told = {key: each for key, each in scope.items() if each}
        fits = told.keys() == {name} and (told[name] is True or list(map(str, records(told[name]))) == value)
    elif name == "tenant":
        fits = str(scope).lower() in _WHOLE_TENANT
    else:
        fits = str(scope).lower() == name.removesuffix("Ids") and [str(item.get("scopeId"))] == value
    if not fits:
        raise ActionRefused(
            "nothing was removed: the console lists an item without stating that it belongs to this scope: "
            f"{_blocked(item)[1]}"
        )


def _blocked(item: Mapping[str, Any]) -> tuple[str, str]:
    scope = item.get("scopePath") or item.get("scopeName") or item.get("scope")
    # An item may hold both hashes of a file, of which only one was named.
    both = f", {' and '.join(hashes_of(item))}" if len(hashes_of(item)) > 1 else ""
    return "item", one_line(f"{item.get('id')} on {item.get('osType')}, scope {scope}{both}")


def _indicator(item: Mapping[str, Any]) -> tuple[str, str]:
    scope = item.get("scope") or "not reported"
    return "item", one_line(f"{item.get('uuid')}: {item.get('type')}, source {item.get('source')}, scope {scope}")


def _some(items: Sequence[Any], otherwise: str) -> None:
    if not items:
        raise ActionRefused(f"nothing to remove: {otherwise}")
