"""Requests that act, exactly as they are sent; one that names nothing to act on can't be made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from s1ecs.errors import ActionWithoutTarget
from s1ecs.respond.actions.body_template import fill

MASK = "***"
SCOPES = ("siteIds", "accountIds", "groupIds", "tenant")
GRAPHQL = "/unifiedalerts/graphql"

# Lists, whose filter is a scope and not what is acted on.
_OF_SCOPES = ("/restrictions", "/threat-intelligence/iocs")


@dataclass(frozen=True)
class ActionRequest:
    """One request: `path` below the base path; `shown_body` is the body with `***` for what is drawn anew."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any = field(repr=False)
    shown_body: Any

    @property
    def shown(self) -> dict[str, Any]:
        """The request without secrets, for people and for the journal."""
        return {"method": self.method, "path": self.path, "query": dict(self.query), "body": self.shown_body}


def make_request(method: str, path: str, body: Any, values: Mapping[str, Any], drawn: frozenset[str]) -> ActionRequest:
    """Fill `path` (`{name}`) and `body` with the values, of which `drawn` are shown as `***`.

    Raises ActionWithoutTarget for a request that could hit more than it names: an empty filter, or none at all.
    """
    for name in _names(path):
        if not str(values[name]):
            raise _aimless(method, path, f"{name} is empty")
    filled = fill(body, values)
    made = path.format(**values)
    if why := _why_aimless(method, path, filled):
        raise _aimless(method, made, why)
    return ActionRequest(method, made, {}, filled, fill(body, {**values, **dict.fromkeys(drawn, MASK)}))


def _why_aimless(method: str, path: str, body: Any) -> str:
    filled = body if isinstance(body, Mapping) else {}
    if path == GRAPHQL:
        return _why_empty(filled.get("variables", {}).get("filter"))
    chosen: Any = filled.get("filter")
    if path in _OF_SCOPES:
        return _why_scopeless(method, chosen, filled.get("data"))
    if chosen is None and "filter" not in filled and "{id}" in path:
        return ""
    if why := _why_empty(chosen):
        return why
    return "" if "ids" in chosen else "the filter contains no ids"


def _why_scopeless(method: str, chosen: Any, data: Any) -> str:
    items = data.get("ids") if isinstance(data, Mapping) else None
    if method == "DELETE" and chosen is None:
        return "" if items else "no items are given"
    if why := _why_empty(chosen):
        return why
    if sum(scope in chosen for scope in SCOPES) != 1:
        return "the filter does not name exactly one scope"
    return "no items are given" if method == "DELETE" and not chosen.get("uuids") else ""


def _why_empty(chosen: Any) -> str:
    """Explain why a filter, or a part of it, is empty; an empty part would be no filter at all."""
    if isinstance(chosen, Mapping | list):
        parts = list(chosen.values() if isinstance(chosen, Mapping) else chosen)
        return next((why for part in parts if (why := _why_empty(part))), "") if parts else "the filter is empty"
    return "" if (isinstance(chosen, str) and chosen.strip()) or chosen is True else "the filter is empty"


def _names(path: str) -> list[str]:
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def _aimless(method: str, path: str, why: str) -> ActionWithoutTarget:
    return ActionWithoutTarget(f"{method} {path} was not sent: {why}, so it could affect more than intended")
