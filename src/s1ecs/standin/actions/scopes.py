"""The places that a list's entry is made for: exactly one kind of scope, named by the filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from s1ecs.standin.actions import bodies
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.refusal import bad_request, not_found, not_permitted

_KINDS = ("accountIds", "groupIds", "siteIds", "tenant")


@dataclass(frozen=True)
class ScopePlace:
    """A scope: its level (tenant, account, site, group), its id, and the ids of all that it lies in."""

    level: str
    id: str
    name: str
    path: str
    ids: Mapping[str, str]


def places(console: StandinConsole, asked: ConsoleRequest, given: Mapping[str, Any]) -> list[ScopePlace]:
    """Return the places; raise Refusal where the filter names no scope, two kinds, or one that is not there."""
    kinds = [kind for kind in _KINDS if kind in given]
    if unknown := sorted(set(given) - {*_KINDS}):
        raise bad_request(f"filter.{unknown[0]}: unknown key")
    if len(kinds) != 1:
        raise bad_request(f"filter: exactly one of {', '.join(_KINDS)} is needed")
    (kind,) = kinds
    if kind == "tenant":
        if given[kind] not in {True, "true"}:
            raise bad_request("filter.tenant: must be true")
        if asked.token.site is not None:
            raise not_permitted()
        return [ScopePlace("tenant", "", "Global", "Global", {})]
    value = given[kind]
    wanted = bodies.ids({kind: value.split(",") if isinstance(value, str) else value}, kind)
    known = {place.id: place for place in _all(console, kind)}
    if missing := [each for each in wanted if each not in known]:
        raise not_found(f"{kind}: {missing[0]}")
    found = [known[each] for each in wanted]
    site = asked.token.site
    if site is not None and any(each.ids.get("siteId") != console.organisation.sites[site].id for each in found):
        raise not_permitted()
    return found


def _all(console: StandinConsole, kind: str) -> list[ScopePlace]:
    made = console.organisation
    match kind:
        case "accountIds":
            return [
                ScopePlace("account", each.id, each.name, f"Global / {each.name}", {"accountId": each.id})
                for each in made.accounts
            ]
        case "siteIds":
            return [
                ScopePlace(
                    "site",
                    each.id,
                    each.name,
                    f"Global / {each.account.name} / {each.name}",
                    {"accountId": each.account.id, "siteId": each.id},
                )
                for each in made.sites
            ]
    return [
        ScopePlace(
            "group",
            each.id,
            each.name,
            f"Global / {each.site.account.name} / {each.site.name} / {each.name}",
            {"accountId": each.site.account.id, "groupId": each.id, "siteId": each.site.id},
        )
        for each in made.groups
    ]
