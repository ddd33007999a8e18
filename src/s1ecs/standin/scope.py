"""Scope of a host, for filters on records that do not name it."""

from collections.abc import Mapping

from s1ecs.standin.organisation import Host


def scope(host: Host) -> Mapping[str, str]:
    """Return the ids of the host's account, site and group."""
    site = host.group.site
    return {"accountId": site.account.id, "groupId": host.group.id, "siteId": site.id}
