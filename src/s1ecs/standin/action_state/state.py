"""State of actions: events to come, controls, received requests, results."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from s1ecs.standin.action_state.agenda import Agenda, Happen
from s1ecs.standin.action_state.controls import Controls, has
from s1ecs.standin.action_state.received import Log
from s1ecs.standin.clock import StandinClock
from s1ecs.standin.shelf import Shelf

# Numbers of what else comes into being lie below.
_OF_ACTIONS = (1 << 19) + (1 << 18)


@dataclass(frozen=True)
class Upload:
    """Files that an agent has sent, with the password that they are to be read with."""

    id: str
    agent_id: str
    made: datetime
    password: str
    make: Callable[[], bytes]


@dataclass
class Actions:
    """The state of all actions of a console."""

    clock: StandinClock
    agenda: Agenda
    controls: Controls = field(default_factory=Controls)
    log: Log = field(default_factory=Log)
    # What agents that can't be reached are to do once they can be.
    waiting: list[tuple[str, Happen]] = field(default_factory=list)
    # Agents that this console marked as offline because it was told to.
    put_offline: set[str] = field(default_factory=set)
    # By agent: the number of its last scan, so that what ends one that was aborted ends no other.
    scans: dict[str, int] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    tasks: Shelf = field(default_factory=lambda: Shelf("id"))
    # By task: what its results are made of when they are fetched.
    results: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    # By agent: the names of processes that were ended.
    ended: dict[str, set[str]] = field(default_factory=dict)
    approvals: Shelf = field(default_factory=lambda: Shelf("id"))
    # By pending execution: what starts it.
    approved: dict[str, Callable[[], str]] = field(default_factory=dict)
    # Threats whose records are no longer told from their incidents alone.
    acted_on: set[str] = field(default_factory=set)
    # By threat or unified alert.
    notes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    restrictions: Shelf = field(default_factory=lambda: Shelf("id"))
    indicators: Shelf = field(default_factory=lambda: Shelf("uuid"))
    _numbers: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    def number(self) -> int:
        """Return the next number of what comes into being by an action."""
        return _OF_ACTIONS + self._numbers() % (1 << 18)

    def is_told(self, name: str, *ids: str) -> bool:
        """Return True if that control was set for one of these ids."""
        return has(getattr(self.controls, name), *ids)


def actions(clock: StandinClock) -> Actions:
    """Return the state of a console where nobody has acted yet."""
    return Actions(clock, Agenda(clock))
