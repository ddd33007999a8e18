"""Which agent a HOST means, and whether an action makes sense on it: from the records of GET /agents."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s1ecs.errors import ActionRefused
from s1ecs.respond.audit.journal import Target
from s1ecs.respond.following.follower import Read
from s1ecs.respond.limits import LONGEST_HOST, is_console_id
from s1ecs.respond.one_line import one_line

Agent = Mapping[str, Any]

_UUID = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

# What the console returns without it is stated nowhere.
_EVERY_AGENT = {"isDecommissioned": "True,False"}
_MOST_LISTED = 20


@dataclass(frozen=True)
class Way:
    """One way of reading a HOST: what to ask, and whether an agent is the one that is meant."""

    what: str
    read: Read
    fits: Callable[[Agent], bool]
    by_name: bool = False


@dataclass(frozen=True)
class Check:
    """Why an action would make no sense on an agent: in words, and for one agent; "" where it does make sense."""

    words: str
    why_not: Callable[[Agent], str]


def ways(host: str) -> Sequence[Way]:
    """The ways in which a HOST can be read, the likeliest first; the first that finds an agent counts.

    Raises ActionRefused for what is none.
    """
    if not host.strip():
        raise ActionRefused("HOST is empty")
    if len(host) > LONGEST_HOST:
        raise ActionRefused(f"HOST has {len(host)} characters; ids, uuids and names have at most {LONGEST_HOST}")
    found = []
    if is_console_id(host):
        found.append(Way("agent id", Read("/agents", {"ids": host, **_EVERY_AGENT}), _has("id", host)))
    if _UUID.fullmatch(host):
        found.append(Way("uuid", Read("/agents", {"uuids": host, **_EVERY_AGENT}), _has("uuid", host)))
    by_name = Read("/agents", {"computerName": host, **_EVERY_AGENT, "limit": "1000"})
    return [*found, Way("computer name", by_name, _has("computerName", host), by_name=True)]


def choose(host: str, way: Way, agents: Sequence[Agent]) -> Agent | None:
    """The agent that is meant; None where this way finds none. Raises ActionRefused where several are meant.

    By name only agents are meant that are neither decommissioned nor uninstalled.
    """
    fitting = [agent for agent in agents if way.fits(agent)]
    if not way.by_name:
        return fitting[0] if fitting else None
    there = [agent for agent in fitting if not _why_gone(agent)]
    if len(there) > 1:
        listed = "\n".join(f"  {_line(agent)}" for agent in there[:_MOST_LISTED])
        more = f"\n  and {len(there) - _MOST_LISTED} more" if len(there) > _MOST_LISTED else ""
        raise ActionRefused(f"{len(there)} agents are named {host!r}; name one by its id:\n{listed}{more}")
    if fitting and not there:
        listed = "\n".join(f"  {_line(agent)}" for agent in fitting[:_MOST_LISTED])
        raise ActionRefused(
            f"only agents that are decommissioned or uninstalled are named {host!r}; name one by its id:\n{listed}"
        )
    return there[0] if there else None


def unknown(host: str) -> ActionRefused:
    """The refusal of a HOST that nothing fits."""
    return ActionRefused(
        f"no agent has the id, uuid or exact computer name {host!r}, or the token may not see it; part of a name does "
        "not suffice"
    )


def target_of(agent: Agent) -> Target:
    """The agent as what an action acts on."""
    name = str(agent.get("computerName") or "")
    return Target(
        kind="agent",
        id=str(agent["id"]),
        name=name,
        host=name,
        agent=str(agent["id"]),
        uuid=str(agent.get("uuid") or ""),
        os=str(agent.get("osType") or ""),
        user=str(agent.get("lastLoggedInUserName") or ""),
        site=str(agent.get("siteName") or ""),
        group=str(agent.get("groupName") or ""),
        account=str(agent.get("accountName") or ""),
    )


def why_not(agent: Agent, checks: Sequence[Check], systems: frozenset[str]) -> str:
    """Why an action would make no sense on the agent; "" where it does."""
    if gone := _why_gone(agent):
        return gone
    system = str(agent.get("osType") or "")
    if systems and system not in systems:
        allowed = ", ".join(sorted(systems - {"windows_legacy"}))
        return f"it runs {system or 'an unknown system'}, and this is for {allowed} only"
    return next((why for check in checks if (why := check.why_not(agent))), "")


def described(agent: Agent) -> list[tuple[str, str]]:
    """What people want to know of a host before something is done to it."""
    state = [f"network {agent.get('networkStatus')}"]
    state.append("online" if agent.get("isActive") else "offline: it gets the order when it is back")
    if agent.get("infected"):
        state.append("infected")
    return [
        ("host", f"{agent.get('computerName')} (agent {agent.get('id')})"),
        ("system", f"{agent.get('osName') or agent.get('osType')} ({agent.get('osType')})"),
        ("user", str(agent.get("lastLoggedInUserName") or "none known")),
        ("site", f"{agent.get('siteName')}, group {agent.get('groupName')}, account {agent.get('accountName')}"),
        ("state", ", ".join(state)),
        ("last active", str(agent.get("lastActiveDate") or "never")),
    ]


def _why_gone(agent: Agent) -> str:
    if agent.get("isDecommissioned"):
        return "the agent is decommissioned"
    if agent.get("isUninstalled"):
        return "the agent is uninstalled"
    return ""


def _has(key: str, value: str) -> Callable[[Agent], bool]:
    if key == "uuid":
        return lambda agent: str(agent.get(key)).replace("-", "").lower() == value.replace("-", "").lower()
    return lambda agent: str(agent.get(key)) == value


def _line(agent: Agent) -> str:
    told = (
        f"{agent.get('id')}  {agent.get('computerName')}  {agent.get('osName') or agent.get('osType')}  "
        f"site {agent.get('siteName')}  last active {agent.get('lastActiveDate') or 'never'}"
    )
    return one_line(told)


def _isolated(agent: Agent) -> str:
    status = agent.get("networkStatus")
    told = {"disconnected": "it is already isolated", "disconnecting": "it is being isolated already"}
    return told.get(str(status), "")


def _not_isolated(agent: Agent) -> str:
    status = agent.get("networkStatus")
    if status == "disconnected":
        return ""
    told = {
        "connecting": "it is being released already",
        "disconnecting": "it is not isolated yet (disconnecting); release it once it is",
    }
    return told.get(str(status), f"it is not isolated (network {status})")


def _scanning(agent: Agent) -> str:
    return "a scan is running on it already" if agent.get("scanStatus") == "started" else ""


def _not_scanning(agent: Agent) -> str:
    return "" if agent.get("scanStatus") == "started" else f"no scan is running on it (scan {agent.get('scanStatus')})"


def _offline(agent: Agent) -> str:
    return "" if agent.get("isActive") else "it is offline, and this can't be done to a host that is"


NOT_YET_ISOLATED = Check("the host is isolated already, or is being isolated", _isolated)
ISOLATED = Check("the host is not isolated", _not_isolated)
NOT_SCANNING = Check("a scan is running already", _scanning)
SCANNING = Check("no scan is running", _not_scanning)
ONLINE = Check("the host is offline", _offline)
