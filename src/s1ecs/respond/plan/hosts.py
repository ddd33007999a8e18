"""Agent that a HOST names, and its description, from the records of GET /agents."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from s1ecs.errors import ActionRefused
from s1ecs.escaping import one_line
from s1ecs.respond.actions.host_checks import (
    Agent,
)
from s1ecs.respond.audit.journal import Target
from s1ecs.respond.plan.ages import with_age
from s1ecs.respond.trackers.tracker import ReadRequest
from s1ecs.respond.validators import LONGEST_HOST, is_console_id

_UUID = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_MAC = re.compile(
    r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}|[0-9a-fA-F]{2}(-[0-9a-fA-F]{2}){5}"
    r"|[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4}){2}|[0-9a-fA-F]{12}"
)

# What the console returns without it is stated nowhere.
_EVERY_AGENT = {"isDecommissioned": "True,False"}
_MOST_LISTED = 20
_MOST_SUGGESTED, _LIKENESS, _SHORTEST_HALF = 5, 0.7, 2
# Titles of what changes all the time, and decides nothing.
LAST_ACTIVE, UPDATED = "last active", "state from"


@dataclass(frozen=True)
class HostLookup:
    """One way of reading a HOST: what to ask, and whether an agent is the one that is meant.

    `shared`: several agents may have it, such as a name, so that agents that are gone don't count; it is what they all
    do then, as the refusal says it. `told` is how the preview names it, "" where that is plain.
    """

    what: str
    read: ReadRequest
    fits: Callable[[Agent], bool]
    shared: str = ""
    told: str = ""


def ways(host: str) -> Sequence[HostLookup]:
    """The ways in which a HOST can be read, the likeliest first; the first that finds an agent counts.

    Raises ActionRefused for what is none.
    """
    if not host.strip():
        raise ActionRefused("HOST is empty")
    if len(host) > LONGEST_HOST:
        raise ActionRefused(f"HOST has {len(host)} characters; ids, uuids and names have at most {LONGEST_HOST}")
    found = []
    if is_console_id(host):
        found.append(HostLookup("agent id", _read(ids=host), _has("id", host)))
    if _UUID.fullmatch(host):
        found.append(HostLookup("uuid", _read(uuids=host), _has("uuid", host)))
    found.append(HostLookup("computer name", _read(computerName=host), _has("computerName", host), "are named"))
    if address := ip_of(host):
        fits = _has_address(address)
        read = _read(networkInterfaceInet__contains=address)
        found.append(HostLookup("IP address", read, fits, "have the IP address", f"IP address {address}"))
    if mac := mac_of(host):
        fits = _has_mac(mac)
        # Agents report it in either way; the filter takes several values.
        read = _read(networkInterfacePhysical__contains=f"{mac},{mac.replace(':', '-')}")
        found.append(HostLookup("MAC address", read, fits, "have the MAC address", f"MAC address {mac}"))
    # The filter of the exact name sees capital letters, this one does not; only the whole name counts.
    any_case = _read(computerName__contains=host)
    return [*found, HostLookup("computer name in any case", any_case, _is_named(host), "are named")]


def choose(host: str, way: HostLookup, agents: Sequence[Agent]) -> Agent | None:
    """The agent that is meant; None where this way finds none. Raises ActionRefused where several are meant.

    By what several may share only agents are meant that are neither decommissioned nor uninstalled.
    """
    fitting = [agent for agent in agents if way.fits(agent)]
    if not way.shared:
        return fitting[0] if fitting else None
    there = [agent for agent in fitting if not _why_gone(agent)]
    if len(there) > 1:
        listed = "\n".join(f"  {_line(agent)}" for agent in there[:_MOST_LISTED])
        more = f"\n  and {len(there) - _MOST_LISTED} more" if len(there) > _MOST_LISTED else ""
        raise ActionRefused(f"{len(there)} agents {way.shared} {host!r}; specify one by its id:\n{listed}{more}")
    if fitting and not there:
        listed = "\n".join(f"  {_line(agent)}" for agent in fitting[:_MOST_LISTED])
        raise ActionRefused(
            f"only decommissioned or uninstalled agents {way.shared} {host!r}; specify one by its id:\n{listed}"
        )
    return there[0] if there else None


def near_reads(host: str) -> Sequence[ReadRequest]:
    """The reads that find names like this one: a mistyped letter is in one half of it, so that the other half is right.

    None for what is not a name.
    """
    if is_console_id(host) or _UUID.fullmatch(host) or ip_of(host) or mac_of(host):
        return []
    middle = len(host) // 2
    halves = [half for half in (host[:middle], host[middle:]) if len(half) >= _SHORTEST_HALF]
    return [ReadRequest("/agents", {"computerName__contains": half, "limit": "200"}) for half in halves]


def near(host: str, agents: Iterable[Agent]) -> list[str]:
    """The names of agents that are most like this one, in the order of likeness."""
    names = {str(agent.get("computerName")).casefold(): str(agent.get("computerName")) for agent in agents}
    return [names[each] for each in get_close_matches(host.casefold(), names, n=_MOST_SUGGESTED, cutoff=_LIKENESS)]


def unknown(host: str, suggested: Sequence[str] = ()) -> ActionRefused:
    """The refusal of a HOST that nothing fits, with names like it."""
    meant = f"; did you mean {one_line(' or '.join(suggested))}?" if suggested else "; a partial name is not enough"
    return ActionRefused(
        f"no agent has the id, uuid, computer name, IP or MAC address {host!r}, or the token cannot read it{meant}"
    )


def is_uuid(text: str) -> bool:
    """Return True if a text is written as a UUID."""
    return bool(_UUID.fullmatch(text))


def ip_of(text: str) -> str:
    """The IP address that a text is, as it is usually written; "" for another text."""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return ""


def mac_of(text: str) -> str:
    """The MAC address that a text is, as `00:50:56:ab:cd:ef`; "" for another text."""
    if not _MAC.fullmatch(text.strip()):
        return ""
    digits = re.sub("[^0-9a-f]", "", text.lower())
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


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


def impossible(agent: Agent, systems: frozenset[str]) -> str:
    """Explain why an action is impossible on the agent in any state; "" if it is possible."""
    if gone := _why_gone(agent):
        return gone
    system = str(agent.get("osType") or "")
    if systems and system not in systems:
        allowed = ", ".join(sorted(systems - {"windows_legacy"}))
        return f"it runs {system or 'an unknown system'}, but this action supports {allowed} only"
    return ""


def as_of(agent: Agent, now: datetime) -> str:
    """From when the state of an agent's record is."""
    return f"last active {with_age(agent.get('lastActiveDate'), now)}"


def described(agent: Agent, now: datetime) -> list[tuple[str, str]]:
    """Describe a host for a person about to act on it; `now` is the console's time."""
    state = [f"network {agent.get('networkStatus')}", f"scan {agent.get('scanStatus')}"]
    state.append("online" if agent.get("isActive") else "offline: it receives the command when it is back online")
    if agent.get("infected"):
        state.append("infected")
    return [
        ("host", f"{agent.get('computerName')} (agent {agent.get('id')})"),
        ("system", f"{agent.get('osName') or agent.get('osType')} ({agent.get('osType')})"),
        ("user", str(agent.get("lastLoggedInUserName") or "none known")),
        ("site", f"{agent.get('siteName')}, group {agent.get('groupName')}, account {agent.get('accountName')}"),
        ("state", ", ".join(state)),
        (LAST_ACTIVE, with_age(agent.get("lastActiveDate"), now)),
        (UPDATED, with_age(agent.get("updatedAt"), now, "not reported")),
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


def _read(**params: str) -> ReadRequest:
    return ReadRequest("/agents", {**params, **_EVERY_AGENT})


def _is_named(name: str) -> Callable[[Agent], bool]:
    return lambda agent: str(agent.get("computerName")).casefold() == name.casefold()


def _has_address(address: str) -> Callable[[Agent], bool]:
    def fits(agent: Agent) -> bool:
        found = [*_of_interfaces(agent, "inet"), *_of_interfaces(agent, "inet6")]
        return any(ip_of(str(each).partition("%")[0]) == address for each in found)

    return fits


def _has_mac(mac: str) -> Callable[[Agent], bool]:
    return lambda agent: any(mac_of(str(each)) == mac for each in _of_interfaces(agent, "physical"))


def _of_interfaces(agent: Agent, key: str) -> Iterator[Any]:
    interfaces = agent.get("networkInterfaces")
    for each in interfaces if isinstance(interfaces, list) else ():
        value = each.get(key) if isinstance(each, dict) else None
        yield from value if isinstance(value, list) else (value,)


def _line(agent: Agent) -> str:
    told = (
        f"{agent.get('id')}  {agent.get('computerName')}  {agent.get('osName') or agent.get('osType')}  "
        f"site {agent.get('siteName')}  last active {agent.get('lastActiveDate') or 'never'}"
    )
    return one_line(told)
