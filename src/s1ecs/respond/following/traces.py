"""Actions that end with their answer; what is looked at where no answer came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from s1ecs.respond.following.follower import (
    Outcome,
    Read,
    State,
    Subject,
    Turn,
    activities,
    first,
    ids,
    new,
    records,
    since,
)
from s1ecs.respond.same_value import same_value

_ANY = ""


@dataclass(frozen=True)
class Ordered:
    """Looks for the activity by which the console tells that it took the order."""

    activity: int

    to_the_end: ClassVar[bool] = False

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """The activities that are there already."""
        return [activities(since(now), (self.activity,), agentIds=subject.id)]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """The agent, from when on to look, and what to pass over."""
        return {"id": subject.id, "since": since(now), "known": ids(answers[0])}

    def reads(self, state: State) -> Sequence[Read]:
        """Its new activities."""
        return [activities(state["since"], (self.activity,), agentIds=state["id"])]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """Whether there is a new one."""
        for each in new(answers[0], state["known"], (self.activity,)):
            said = str(each.get("primaryDescription") or f"activity {self.activity}")
            return Turn(state, Outcome("done", said, {"activity": str(each["id"])}), seen=True)
        return Turn(state, note=f"no activity {self.activity} is shown")

    def words(self) -> str:
        """How it is followed."""
        return f"the answer says so; where none came, activity {self.activity} of the agent is looked for"


@dataclass(frozen=True)
class Listed:
    """Looks whether items are in a list, or no longer: `key` is the field that holds the value.

    `params` are the parameters, in which `<value>` and `<os>` stand for what was asked; the scope is added.
    """

    list_path: str
    key: str
    params: Mapping[str, str] = field(default_factory=dict)
    gone: bool = False

    to_the_end: ClassVar[bool] = False

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """The list as it is."""
        return self.reads(self.begin(subject, now, [None]))

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """What was asked, and for which systems it was there before: then nothing can be told by it."""
        arguments = subject.arguments
        state: State = {
            "value": str(arguments["value"]),
            "scope": dict(arguments["scope_query"]),
            "os": sorted(arguments.get("os") or []),
        }
        return {**state, "was": self._systems(state, answers[0])}

    def reads(self, state: State) -> Sequence[Read]:
        """The items of this value in this scope."""
        params = {name: value.replace("<value>", state["value"]) for name, value in self.params.items()}
        return [Read(self.list_path, {**params, **state["scope"], "limit": "100"})]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """Whether it is as wanted, and was not before."""
        wanted = set(state["os"] or [_ANY])
        there, was = (wanted <= set(systems) for systems in (self._systems(state, answers[0]), state["was"]))
        if answers[0] is not None and there not in {was, self.gone}:
            told = "is in the list" if there else "is no longer in the list"
            return Turn(state, Outcome("done", f"{state['value']} {told}"), seen=True)
        return Turn(state, note=f"{state['value']} {'is' if there else 'is not'} in the list")

    def words(self) -> str:
        """How it is followed."""
        return f"the answer says so; where none came, GET {self.list_path} is looked at"

    def _systems(self, state: State, data: Any) -> list[str]:
        """The operating systems of the items of the value; where none are asked for, they count as one."""
        kind = self.params.get("type", "")
        found = {
            str(each.get("osType")) if state["os"] else _ANY
            for each in records(data)
            if isinstance(each, dict)
            and same_value(kind or str(each.get("type")), str(each.get(self.key)), state["value"])
        }
        return sorted(found)


@dataclass(frozen=True)
class UnifiedField:
    """Looks at a field of a unified alert, POST /unifiedalerts/graphql."""

    path: str
    argument: str

    to_the_end: ClassVar[bool] = False

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """The alert as it is."""
        return self.reads({"id": subject.id})

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """What is wanted, and whether it was so before: then nothing can be told by it."""
        wanted = str(subject.arguments[self.argument])
        return {"id": subject.id, "wanted": wanted, "was": unified_node(answers[0]).get(self.path) == wanted}

    def reads(self, state: State) -> Sequence[Read]:
        """The alert."""
        return [unified_alert(state["id"])]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """Whether it is as wanted, and was not before."""
        found = unified_node(answers[0]).get(self.path)
        if found == state["wanted"] and not state["was"]:
            return Turn(state, Outcome("done", f"{self.path} is {found}"), seen=True)
        return Turn(state, note=f"{self.path} is {found}")

    def words(self) -> str:
        """How it is followed."""
        return f"the answer says so; where none came, `{self.path}` of the alert is looked at"


UNIFIED_ALERT = """\
query OneUnifiedAlert($filters: [FilterInput!]) {
  alerts(first: 1, filters: $filters) {
    edges { node { id name status analystVerdict assets { agentUuid id name osType } } }
  }
}
"""


def unified_alert(alert: str) -> Read:
    """The read of one unified alert."""
    variables = {"filters": [{"fieldId": "id", "stringEqual": {"value": alert}}]}
    return Read("/unifiedalerts/graphql", query=UNIFIED_ALERT, variables=variables)


def unified_node(data: Any) -> Mapping[str, Any]:
    """The alert in the answer of `unified_alert`; an empty one where there is none."""
    found = data.get("alerts") if isinstance(data, dict) else None
    edge = first(found.get("edges")) if isinstance(found, dict) else {}
    node = edge.get("node")
    return node if isinstance(node, dict) else {}
