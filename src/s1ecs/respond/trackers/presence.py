"""Ability of a host to carry out an action, by its record, GET /agents."""

from dataclasses import dataclass
from typing import Any

from s1ecs.respond.trackers.tracker import ReadRequest, first

_SHOWN_NO_MORE = (
    "the console no longer shows the host: it was removed, or moved to a console or scope that this token cannot read"
)


@dataclass(frozen=True)
class HostPresence:
    """Obstacles of a host: `gone` for good, or `offline` now; both are sentences, "" if not so.

    `told`: the console was asked, and answered.
    """

    told: bool = False
    gone: str = ""
    offline: str = ""


def host_read(agent: str) -> ReadRequest:
    """The read of a host by its agent id, in whichever state it is."""
    return ReadRequest("/agents", {"ids": agent, "isDecommissioned": "True,False"})


def presence_of(data: Any) -> HostPresence:
    """Read the response to `host_read`; no obstacles if there was none."""
    if data is None:
        return HostPresence()
    agent = first(data)
    if not agent:
        return HostPresence(told=True, gone=_SHOWN_NO_MORE)
    last = f", last active {when}" if (when := agent.get("lastActiveDate")) else ""
    if agent.get("isUninstalled"):
        return HostPresence(told=True, gone=f"the agent is uninstalled{last}")
    if agent.get("isDecommissioned"):
        return HostPresence(told=True, gone=f"the host is decommissioned{last}")
    if agent.get("isActive") is False:
        return HostPresence(told=True, offline=f"the host is offline{last}")
    return HostPresence(told=True)
