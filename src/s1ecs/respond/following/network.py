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
        """The oldest new activity counts, but none against the agent's own word: that alone says that it is so."""
        network = first(answers[1]).get("networkStatus")
        told = f"the agent's network is {network or 'not told'}"
        activity = next(iter(new(answers[0], state["known"], self.done + self.failed)), None)
        if activity is None:
            if network == self.wanted:
                return Turn(state, Outcome("done", told), seen=True)
            return Turn(state, seen=network == self.on_the_way, note=told)
        said = str(activity.get("primaryDescription") or f"activity {activity['activityType']}")
        details = {"activity": str(activity["id"])}
        if network == self.wanted or (network == self.on_the_way and activity["activityType"] in self.done):
            return Turn(
                state, Outcome("done", said if activity["activityType"] in self.done else told, details), seen=True
            )
        if activity["activityType"] in self.failed:
            return Turn(state, Outcome("failed", said, details), seen=True)
        # It may be that of somebody else's action, which was undone since.
        return Turn(state, seen=network == self.on_the_way, note=f"{told}, though the console said: {said}")

    def words(self) -> str:
        """How it is followed."""
        types = ", ".join(map(str, self.done))
        failures = f", {', '.join(map(str, self.failed))} is a failure" if self.failed else ""
        return f"`networkStatus` {self.wanted}, or {self.on_the_way} with activity {types}{failures}"
