"""Where a host belongs, for filters by scope on records that do not tell it."""

from collections.abc import Mapping

from s1ecs.standin.organisation import Host


def scope(host: Host) -> Mapping[str, str]:
    """Return the ids of the host's account, site and group."""
    site = host.group.site
    return {"accountId": site.account.id, "groupId": host.group.id, "siteId": site.id}
