"""Checks of a host's state before an action: whether the action would make sense there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from s1ecs.respond.audit.journal import OPEN, Status

Agent = Mapping[str, Any]


@dataclass(frozen=True)
class Late:
    """Evidence against a state that agents report late, for actions that are harmless even if the state is right.

    `actions` are those of the journal, with the statuses in which they do, `undone_by` those that end that; `shows` are
    types of activities after which the state is another one than shown, `against` those after which it is that.
    """

    actions: Mapping[str, frozenset[Status]]
    undone_by: tuple[str, ...]
    shows: tuple[int, ...]
    against: tuple[int, ...]


@dataclass(frozen=True)
class Check:
    """Reason why an action makes no sense on an agent: in words, and for one agent; "" if it does make sense.

    `late` is what contradicts that: the action is sent all the same then, and where that is forced.
    """

    words: str
    why_not: Callable[[Agent], str]
    late: Late | None = None


def _isolated(agent: Agent) -> str:
    status = agent.get("networkStatus")
    told = {"disconnected": "it is already isolated", "disconnecting": "it is already being isolated"}
    return told.get(str(status), "")


def _not_isolated(agent: Agent) -> str:
    status = agent.get("networkStatus")
    if status == "disconnected":
        return ""
    told = {
        "connecting": "it is already being released",
        "disconnecting": "it is not isolated yet (disconnecting); release it once it is",
    }
    return told.get(str(status), f"it is not isolated (network {status})")


def _scanning(agent: Agent) -> str:
    return "a scan is already running on it" if agent.get("scanStatus") == "started" else ""


def _not_scanning(agent: Agent) -> str:
    return "" if agent.get("scanStatus") == "started" else f"no scan is running on it (scan {agent.get('scanStatus')})"


def _offline(agent: Agent) -> str:
    return "" if agent.get("isActive") else "it is offline, and this action requires an online host"


NOT_YET_ISOLATED = Check("the host is already isolated or being isolated", _isolated)


ISOLATED = Check(
    "the host is not isolated",
    _not_isolated,
    Late({"isolate": OPEN | {"done"}}, ("release",), shows=(61, 1001), against=(62, 1002, 2010)),
)


NOT_SCANNING = Check(
    "a scan is already running",
    _scanning,
    Late({"abort-scan": OPEN | {"done"}}, ("scan",), shows=(72, 91, 92), against=(71, 90)),
)


SCANNING = Check(
    "no scan is running",
    _not_scanning,
    Late({"scan": OPEN}, ("abort-scan",), shows=(71, 90), against=(72, 91, 92)),
)


ONLINE = Check("the host is offline", _offline)
