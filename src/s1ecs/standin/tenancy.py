"""GET /accounts and GET /sites: the parts of the organisation, with the records of sites inside of an object."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson

from s1ecs.standin import invent
from s1ecs.standin.actions.listing import ListedItems
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.parameters.parameter import PAGING, Parameter, ids, sort_by
from s1ecs.standin.record_list import answer
from s1ecs.standin.shelf import Shelf

_SORTS = ("id", "name", "state", "createdAt", "updatedAt", "expiration", "totalLicenses", "activeLicenses")
_FIELDS = FieldPaths(
    identity="id",
    filters={"name": "name", "state": "state"},
    sorts={name: name for name in _SORTS},
    ids={"accountIds": "accountId", "siteIds": "id", "ids": "id"},
    text=("name",),
)
_SHARED = (*PAGING, sort_by(*_SORTS), *ids("accountIds"), Parameter("name", "text"), Parameter("query", "text"))

ACCOUNTS = (*_SHARED, *ids("ids"))
SITES = (*_SHARED, *ids("siteIds"), Parameter("state", "choice", values=("active", "expired", "deleted")))


async def accounts(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /accounts."""
    organisation = console.organisation
    sites = Counter(site.account.id for site in organisation.sites)
    agents = Counter(host.group.site.account.id for host in organisation.hosts)
    shelf = Shelf("id")
    for account in organisation.accounts:
        shelf.add(
            {
                **_common(account.id, account.name, agents[account.id]),
                "accountId": account.id,
                "accountType": "Paid",
                "activeAgents": agents[account.id],
                "numberOfSites": sites[account.id],
            }
        )
    return answer(ListedItems(_FIELDS, shelf), asked.given)


async def sites(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /sites, whose data is an object with the sites and their total."""
    agents = Counter(host.group.site.id for host in console.organisation.hosts)
    shelf = Shelf("id")
    for site in console.organisation.sites:
        shelf.add(
            {
                **_common(site.id, site.name, agents[site.id]),
                "accountId": site.account.id,
                "accountName": site.account.name,
                "siteType": "Paid",
            }
        )
    body = orjson.loads(answer(ListedItems(_FIELDS, shelf), asked.given))
    total = {"activeLicenses": sum(agents.values()), "totalLicenses": 0}
    return orjson.dumps({**body, "data": {"allSites": total, "sites": body["data"]}})


def _common(identity: str, name: str, agents: int) -> Mapping[str, Any]:
    random = invent.source(0, "tenancy", identity)
    created = f"202{random.randrange(1, 5)}-0{random.randrange(1, 10)}-1{random.randrange(10)}T08:00:00.000000Z"
    return {
        "activeLicenses": agents,
        "createdAt": created,
        "expiration": None,
        "id": identity,
        "name": name,
        "state": "active",
        "totalLicenses": 0,
        "unlimitedExpiration": True,
        "updatedAt": created,
    }
