"""Groups, as GET /web/api/v2.1/groups returns them, with where their filters and sort values lie."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from s1ecs.standin import invent
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Group, Organisation

_KINDS = ("static", "static", "dynamic", "pinned")


def groups(organisation: Organisation) -> Iterator[JsonObject]:
    """Yield the groups in the order in which they came into being."""
    agents = Counter(host.group.id for host in organisation.hosts)
    for group in organisation.groups:
        yield _group(organisation, group, agents[group.id])


def _group(organisation: Organisation, group: Group, agents: int) -> JsonObject:
    random = invent.source(organisation.seed, "group record", group.number)
    is_default = group.number < len(organisation.sites)
    kind = "static" if is_default else random.choice(_KINDS)
    creator = random.choice(organisation.people)
    age = organisation.now - group.created
    return {
        "createdAt": invent.time_text(group.created),
        "creator": creator.name,
        "creatorId": creator.id,
        "description": None if random.randrange(3) else f"{group.name} of {group.site.name}",
        "filterId": invent.identifier(group.created, group.number + 1) if kind == "dynamic" else None,
        "filterName": f"{group.name} by name" if kind == "dynamic" else None,
        "id": group.id,
        "inherits": random.randrange(3) > 0,
        "isDefault": is_default,
        "name": group.name,
        "rank": group.number if kind == "dynamic" else None,
        "registrationToken": invent.hexadecimal(random, 64),
        "siteId": group.site.id,
        "totalAgents": agents,
        "type": kind,
        # A fifth of them at any time lately, the rest at any time at all.
        "updatedAt": invent.time_text(organisation.now - age * random.random() ** (30 if group.number % 5 == 0 else 1)),
        "updater": creator.name if random.randrange(4) == 0 else None,
    }


FIELDS = FieldPaths(
    identity="id",
    filters={
        "description": "description",
        "isDefault": "isDefault",
        "name": "name",
        "rank": "rank",
        "registrationToken": "registrationToken",
        "type": "type",
        "types": "type",
        "updatedAt": "updatedAt",
    },
    sorts={name: name for name in ("id", "name", "type", "rank", "siteId", "createdAt", "updatedAt", "description")},
    ids={"accountIds": "accountId", "groupIds": "id", "id": "id", "siteIds": "siteId"},
    text=("name", "description"),
)


def accounts(organisation: Organisation) -> Callable[[JsonObject], Mapping[str, str]]:
    """Return what tells a group's account, which its record does not have but lists can be filtered by."""
    of_site = {site.id: site.account.id for site in organisation.sites}
    return lambda record: {"accountId": of_site[record["siteId"]]}
