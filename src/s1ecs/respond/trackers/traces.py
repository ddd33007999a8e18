"""Actions that end with their answer; what is looked at where no answer came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from s1ecs.respond.item_lists import ItemList
from s1ecs.respond.trackers.state import ActivityState, StateUpdate, TrackerState
from s1ecs.respond.trackers.tracker import (
    Poll,
    ReadRequest,
    Subject,
    TrackerOutcome,
    activities,
    first,
    ids,
    new,
    records,
    since,
)

_ANY = ""


@dataclass(frozen=True)
class OrderTracker:
    """Looks for the activity by which the console tells that it took the order."""

    activity: int

    state_type: ClassVar[type[ActivityState]] = ActivityState
    to_the_end: ClassVar[bool] = False

    def before(self, subject: Subject, now: datetime) -> Sequence[ReadRequest]:
        """The activities that are there already."""
        return [activities(since(now), (self.activity,), agentIds=subject.id)]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> ActivityState:
        """The agent, from when on to look, and what to pass over."""
        return ActivityState(subject.id, since(now), ids(answers[0]))

    def reads(self, state: ActivityState) -> Sequence[ReadRequest]:
        """Its new activities."""
        return [activities(state.since, (self.activity,), agentIds=state.id)]

    def next(self, state: ActivityState, answers: Sequence[Any]) -> Poll[ActivityState]:
        """Check for a new activity."""
        for each in new(answers[0], state.known, (self.activity,)):
            said = str(each.get("primaryDescription") or f"activity {self.activity}")
            return Poll(state, TrackerOutcome("done", said, {"activity": str(each["id"])}), seen=True)
        return Poll(state, note=f"no activity {self.activity} is shown")

    def words(self) -> str:
        """Description for people."""
        return f"stated by the response; without a response, activity {self.activity} of the agent is searched"


@dataclass(frozen=True)
class ListState(TrackerState):
    """Value in a scope of a list; the systems that were asked for, and the ids of items to remove, if any.

    `was` are the systems of the value's items before the request.
    """

    value: str
    scope: Mapping[str, str]
    os: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    was: tuple[str, ...] = ()

    def updated(self, update: StateUpdate) -> Self:
        """Return the state for the systems whose request was sent without a response."""
        return replace(self, os=update.each) if update.each else self


@dataclass(frozen=True)
class ListTracker:
    """Looks whether items of a value are in a list, or no longer; those that are removed are known by their ids."""

    items: ItemList
    gone: bool = False

    state_type: ClassVar[type[ListState]] = ListState
    to_the_end: ClassVar[bool] = False

    def before(self, subject: Subject, now: datetime) -> Sequence[ReadRequest]:
        """The list as it is."""
        return self.reads(self.begin(subject, now, []))

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> ListState:
        """Record what was requested, and for which systems it existed before, which would prove nothing."""
        arguments = subject.arguments
        state = ListState(
            str(arguments["value"]),
            dict(arguments["scope_query"]),
            tuple(sorted(arguments.get("os") or [])),
            tuple(arguments.get("items") or []),
        )
        return replace(state, was=self._systems(state, answers))

    def reads(self, state: ListState) -> Sequence[ReadRequest]:
        """The items of this value in this scope; by their ids where these are known."""
        queries = [{self.items.by_ids: ",".join(state.items)}] if state.items else self.items.queries(state.value)
        return [ReadRequest(self.items.path, {**query, **state.scope, "limit": "1000"}) for query in queries]

    def next(self, state: ListState, answers: Sequence[Any]) -> Poll[ListState]:
        """Check whether it is as wanted and was not before."""
        wanted = set(state.os or [_ANY])
        there, was = (wanted <= set(systems) for systems in (self._systems(state, answers), state.was))
        if None not in answers and there not in {was, self.gone}:
            told = "is in the list" if there else "is no longer in the list"
            return Poll(state, TrackerOutcome("done", f"{state.value} {told}"), seen=True)
        return Poll(state, note=f"{state.value} {'is' if there else 'is not'} in the list")

    def words(self) -> str:
        """Description for people."""
        return f"stated by the response; without a response, GET {self.items.path} is checked"

    def _systems(self, state: ListState, answers: Sequence[Any]) -> tuple[str, ...]:
        """The operating systems of the items of the value; where none are asked for, they count as one."""
        found = {
            str(each.get("osType")) if state.os else _ANY
            for answer in answers
            for each in records(answer)
            if isinstance(each, dict) and self.items.fits(each, state.value)
        }
        return tuple(sorted(found))


@dataclass(frozen=True)
class UnifiedFieldState(TrackerState):
    """Alert `id` and the wanted value; `was`: it had that value before the request."""

    id: str
    wanted: str
    was: bool = False

    @property
    def as_wanted_before(self) -> bool:
        """True if it had the value before the request."""
        return self.was


@dataclass(frozen=True)
class UnifiedField:
    """Looks at a field of a unified alert, POST /unifiedalerts/graphql."""

    path: str
    argument: str

    state_type: ClassVar[type[UnifiedFieldState]] = UnifiedFieldState
    to_the_end: ClassVar[bool] = False

    def before(self, subject: Subject, now: datetime) -> Sequence[ReadRequest]:
        """The alert as it is."""
        return [unified_alert(subject.id)]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> UnifiedFieldState:
        """Record what is wanted, and whether it was so before, which would prove nothing."""
        wanted = str(subject.arguments[self.argument])
        return UnifiedFieldState(subject.id, wanted, unified_node(answers[0]).get(self.path) == wanted)

    def reads(self, state: UnifiedFieldState) -> Sequence[ReadRequest]:
        """The alert."""
        return [unified_alert(state.id)]

    def next(self, state: UnifiedFieldState, answers: Sequence[Any]) -> Poll[UnifiedFieldState]:
        """Check whether it is as wanted and was not before."""
        found = unified_node(answers[0]).get(self.path)
        if found == state.wanted and not state.was:
            return Poll(state, TrackerOutcome("done", f"{self.path} is {found}"), seen=True)
        return Poll(state, note=f"{self.path} is {found}")

    def words(self) -> str:
        """Description for people."""
        return f"stated by the response; without a response, `{self.path}` of the alert is checked"


UNIFIED_ALERT = """\
query OneUnifiedAlert($filters: [FilterInput!]) {
  alerts(first: 1, filters: $filters) {
    edges { node { id name status analystVerdict updatedAt assets { agentUuid id name osType } } }
  }
}
"""


def unified_alert(alert: str) -> ReadRequest:
    """The read of one unified alert."""
    variables = {"filters": [{"fieldId": "id", "stringEqual": {"value": alert}}]}
    return ReadRequest("/unifiedalerts/graphql", query=UNIFIED_ALERT, variables=variables)


def unified_node(data: Any) -> Mapping[str, Any]:
    """The alert in the answer of `unified_alert`; an empty one where there is none."""
    found = data.get("alerts") if isinstance(data, dict) else None
    edge = first(found.get("edges")) if isinstance(found, dict) else {}
    node = edge.get("node")
    return node if isinstance(node, dict) else {}
