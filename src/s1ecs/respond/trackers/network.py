"""Isolation and its end: by activities of the agent, and by its `networkStatus`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from s1ecs.respond.trackers.presence import host_read
from s1ecs.respond.trackers.state import ActivityState
from s1ecs.respond.trackers.tracker import (
    Poll,
    ReadRequest,
    Subject,
    TrackerOutcome,
    activities,
    first,
    ids,
    new,
    since,
)


@dataclass(frozen=True)
class NetworkTracker:
    """Follows until the agent's network is `wanted`; `done` and `failed` are types of activities, GET /activities.

    `ordered` is the type by which the console tells that it took the order; `undone` are those of the opposite, its
    order first: an agent that is `otherwise` after them was set back by somebody else.
    """

    wanted: str
    on_the_way: str
    otherwise: str
    ordered: int
    done: tuple[int, ...]
    undone: tuple[int, ...]
    failed: tuple[int, ...] = ()

    state_type: ClassVar[type[ActivityState]] = ActivityState
    to_the_end: ClassVar[bool] = True

    def before(self, subject: Subject, now: datetime) -> Sequence[ReadRequest]:
        """The activities that are there already."""
        return [activities(since(now), self._types, agentIds=subject.id)]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> ActivityState:
        """The agent, from when on to look, and what to pass over."""
        return ActivityState(subject.id, since(now), ids(answers[0]))

    def reads(self, state: ActivityState) -> Sequence[ReadRequest]:
        """Its new activities, and the agent."""
        return [
            activities(state.since, self._types, agentIds=state.id),
            host_read(state.id),
        ]

    def next(self, state: ActivityState, answers: Sequence[Any]) -> Poll[ActivityState]:
        """The oldest new activity counts, but none against the agent's own word: that alone says that it is so."""
        network = first(answers[1]).get("networkStatus")
        told = f"the agent's network is {network or 'not reported'}"
        activity = next(iter(new(answers[0], state.known, self.done + self.failed)), None)
        if network == self.otherwise and (undone := self._undone(new(answers[0], state.known, self._types))):
            said = str(undone.get("primaryDescription") or f"activity {undone['activityType']}")
            why = f"it has been undone since: the console reported at {undone.get('createdAt')}: {said} ({told})"
            return Poll(state, TrackerOutcome("superseded", why, {"activity": str(undone["id"])}), seen=True)
        if activity is None:
            if network == self.wanted:
                return Poll(state, TrackerOutcome("done", told), seen=True)
            return Poll(state, seen=network == self.on_the_way, note=f"{told}, not {self.wanted} yet")
        said = str(activity.get("primaryDescription") or f"activity {activity['activityType']}")
        details = {"activity": str(activity["id"])}
        if network == self.wanted or (network == self.on_the_way and activity["activityType"] in self.done):
            return Poll(
                state,
                TrackerOutcome("done", said if activity["activityType"] in self.done else told, details),
                seen=True,
            )
        if activity["activityType"] in self.failed:
            return Poll(state, TrackerOutcome("failed", said, details), seen=True)
        # It may be that of somebody else's action, which was undone since.
        return Poll(state, seen=network == self.on_the_way, note=f"{told}, although the console reported: {said}")

    @property
    def _types(self) -> tuple[int, ...]:
        return (self.ordered, *self.done, *self.failed, *self.undone)

    def _undone(self, activities: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        """The activity of the opposite that came after this action's own.

        That is its order; its end counts only after our own end: that of an earlier action may be told late.
        """
        types = [each["activityType"] for each in activities]
        order = self.undone[0]
        after_order = types.index(self.ordered) + 1 if self.ordered in types else len(types)
        after_end = next((place + 1 for place, each in enumerate(types) if each in self.done), len(types))
        found = [
            each
            for place, each in enumerate(activities)
            if (each["activityType"] == order and place >= after_order)
            or (each["activityType"] in self.undone and place >= after_end)
        ]
        return found[-1] if found else None

    def words(self) -> str:
        """Description for people."""
        types = ", ".join(map(str, self.done))
        failures = f", activity {', '.join(map(str, self.failed))} is failed" if self.failed else ""
        undone = " or ".join(map(str, self.undone))
        return (
            f"`networkStatus` {self.wanted}, or {self.on_the_way} with activity {types}, is done{failures}; "
            f"{self.otherwise} with a later activity {undone} is superseded"
        )
