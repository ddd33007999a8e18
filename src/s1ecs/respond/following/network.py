"""Isolation and its end: by activities of the agent, and by its `networkStatus`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from s1ecs.respond.following.follower import Outcome, Read, State, Subject, Turn, activities, first, ids, new, since


@dataclass(frozen=True)
class Network:
    """Follows until the agent's network is `wanted`; `done` and `failed` are types of activities, GET /activities."""

    wanted: str
    on_the_way: str
    done: tuple[int, ...]
    failed: tuple[int, ...] = ()

    to_the_end: ClassVar[bool] = True

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """The activities that are there already."""
        return [activities(since(now), self.done + self.failed, agentIds=subject.id)]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """The agent, from when on to look, and what to pass over."""
        return {"id": subject.id, "since": since(now), "known": ids(answers[0])}

    def reads(self, state: State) -> Sequence[Read]:
        """Its new activities, and the agent."""
        return [
            activities(state["since"], self.done + self.failed, agentIds=state["id"]),
            Read("/agents", {"ids": state["id"], "isDecommissioned": "True,False"}),
        ]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """The oldest new activity counts; without any the agent's own word does."""
        network = first(answers[1]).get("networkStatus")
        for activity in new(answers[0], state["known"], self.done + self.failed):
            said = str(activity.get("primaryDescription") or f"activity {activity['activityType']}")
            return Turn(
                state,
                Outcome(
                    "done" if activity["activityType"] in self.done else "failed",
                    said,
                    {"activity": str(activity["id"])},
                ),
                seen=True,
            )
        if network == self.wanted:
            return Turn(state, Outcome("done", f"the agent's network is {network}"), seen=True)
        return Turn(state, seen=network == self.on_the_way, note=f"the agent's network is {network or 'not told'}")

    def words(self) -> str:
        """How it is followed."""
        types = ", ".join(map(str, self.done))
        failures = f", {', '.join(map(str, self.failed))} is a failure" if self.failed else ""
        return f"activity {types}{failures}; or `networkStatus` {self.wanted}"
