"""What an action needs to know before its request can be made: scripts by their name, items of lists by their value."""

from collections.abc import Mapping, Sequence
from typing import Any

from s1ecs.errors import ActionRefused
from s1ecs.respond.action import Lookup
from s1ecs.respond.following.follower import Read, records
from s1ecs.respond.one_line import one_line
from s1ecs.respond.same_value import same_value

_SCRIPTS = "/remote-scripts"
_OWN = {"creator": "SentinelOne", "creatorId": "-1"}
_WHOLE_TENANT = frozenset({"tenant", "global"})


def read_for(lookup: Lookup, values: Mapping[str, Any]) -> Read | None:
    """What to ask; None where there is nothing to look up."""
    system = values.get("system", "")
    match lookup:
        case Lookup.PROCESS_LIST:
            return _scripts(query="process list", osTypes=system, scriptType="dataCollection")
        case Lookup.TERMINATE:
            return _scripts(query="terminate", osTypes=system, scriptType="action")
        case Lookup.SCRIPT:
            return _scripts(ids=values["script"])
        case Lookup.BLOCKED:
            about = {"type": "black_hash", "value__contains": values["value"], "limit": "1000"}
            return Read("/restrictions", {**about, **values["scope_query"]})
        case Lookup.INDICATORS:
            about = {"value": values["value"], "limit": "1000"}
            return Read("/threat-intelligence/iocs", {**about, **values["scope_query"]})
        case Lookup.NOTHING:
            return None


def found(lookup: Lookup, values: Mapping[str, Any], data: Any) -> dict[str, Any]:
    """Further values, from the answer; raise ActionRefused where what is needed is not there, or does not fit.

    `told` is for people: the items that are removed.
    """
    listed = [each for each in records(data) if isinstance(each, dict)]
    match lookup:
        case Lookup.PROCESS_LIST:
            return {"script": _own(listed, (), "lists processes", values)}
        case Lookup.TERMINATE:
            return {"script": _own(listed, ("-terminate", "-processes"), "ends processes", values)}
        case Lookup.SCRIPT:
            return {"script": _chosen(listed, values)}
        case Lookup.BLOCKED:
            blocked = [each for each in _of_value(listed, values, "black_hash") if each.get("id")]
            _some(blocked, f"the hash {values['value']} is not on the blocklist of this scope")
            for each in blocked:
                _in_scope(each, values["scope_filter"])
            return {"items": [str(each["id"]) for each in blocked], "told": list(map(_blocked, blocked))}
        case Lookup.INDICATORS:
            known = [each for each in _of_value(listed, values) if each.get("uuid")]
            _some(known, f"{values['value']} is not among the indicators of this scope")
            items = [str(each["uuid"]) for each in known]
            chosen = {**values["scope_filter"], "uuids": items}
            return {"items": items, "scope_filter_and_items": chosen, "told": list(map(_indicator, known))}
        case Lookup.NOTHING:
            return {}


def _scripts(**params: str) -> Read:
    # By default ten come, which might not hold the one that is wanted.
    return Read(_SCRIPTS, {**params, "limit": "1000"})


def _own(listed: Sequence[Mapping[str, Any]], instructions: Sequence[str], what: str, values: Mapping[str, Any]) -> str:
    for script in listed:
        told = str(script.get("inputInstructions") or "").lower()
        if (
            all(str(script.get(key)) == value for key, value in _OWN.items())
            and all(each in told for each in instructions)
            and values["system"] in (script.get("osTypes") or [values["system"]])
        ):
            return str(script["id"])
    raise ActionRefused(
        f"this console has no script of its own that {what} on {values['system']}; the site may lack the RemoteOps "
        "module, or the token the permission Remote Script Orchestration -> View"
    )


def _chosen(listed: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> str:
    wanted = values["script"]
    script = next((each for each in listed if str(each.get("id")) == wanted), None)
    if script is None:
        raise ActionRefused(f"there is no script {wanted}, or the token may not see it; see `s1ecs respond scripts`")
    systems = [str(each) for each in records(script.get("osTypes"))]
    name = one_line(str(script.get("scriptName")))
    if values["system"] not in systems:
        raise ActionRefused(f"the script {name} is for {', '.join(systems)}, and the host runs {values['system']}")
    if script.get("inputRequired") and not values.get("input"):
        told = script.get("inputInstructions") or script.get("inputExample") or "see `s1ecs respond scripts`"
        raise ActionRefused(f"the script {name} needs an input; give it with --input: {one_line(str(told))}")
    return str(script["id"])


def _of_value(
    listed: Sequence[Mapping[str, Any]], values: Mapping[str, Any], kind: str = ""
) -> list[Mapping[str, Any]]:
    """The items of this very value, of the type `kind` or their own."""
    wanted = str(values["value"])
    return [each for each in listed if same_value(kind or str(each.get("type")), str(each.get("value")), wanted)]


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
            "nothing is removed: the console lists an item that it does not tell to be of this scope: "
            f"{_blocked(item)[1]}"
        )


def _blocked(item: Mapping[str, Any]) -> tuple[str, str]:
    scope = item.get("scopePath") or item.get("scopeName") or item.get("scope")
    return "item", one_line(f"{item.get('id')} on {item.get('osType')}, scope {scope}")


def _indicator(item: Mapping[str, Any]) -> tuple[str, str]:
    scope = item.get("scope") or "not told"
    return "item", one_line(f"{item.get('uuid')}: {item.get('type')}, source {item.get('source')}, scope {scope}")


def _some(items: Sequence[Any], otherwise: str) -> None:
    if not items:
        raise ActionRefused(f"nothing to remove: {otherwise}")
