"""Actions whose effect is a field of what they acted on: an agent, a threat, an alert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar

from s1ecs.respond.trackers.presence import host_read
from s1ecs.respond.trackers.state import TrackerState
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

# Types of activities, and the status of the scan that they tell of.
_SCANS = {90: "started", 91: "aborted", 92: "finished"}


def value_at(record: Mapping[str, Any], path: str) -> Any:
    """The value at a path such as `threatInfo.analystVerdict`; None where there is none."""
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


@dataclass(frozen=True)
class FieldState(TrackerState):
    """Record `id`, with the wanted value, any of them, and those wanted beside it by their paths.

    `was`: all was as wanted before the request.
    """

    id: str
    wanted: tuple[Any, ...]
    also: Mapping[str, str] = field(default_factory=dict)
    was: bool = False

    @property
    def as_wanted_before(self) -> bool:
        """True if all was as wanted before the request."""
        return self.was


@dataclass(frozen=True)
class FieldTracker:
    """Looks whether a field of the record at `list_path` has the value `wanted`, else that of `argument`.

    `also` are further paths, by the arguments that they have to equal where these are given. It serves only to learn
    what became of a request whose answer did not come; an answer ends the action at once.
    """

    list_path: str
    path: str
    argument: str = ""
    wanted: tuple[Any, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)

    state_type: ClassVar[type[FieldState]] = FieldState
    to_the_end: ClassVar[bool] = False

    def before(self, subject: Subject, now: datetime) -> Sequence[ReadRequest]:
        """The record as it is."""
        return [self._read(subject.id)]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> FieldState:
        """Record the wanted value, and whether it was set before, which would prove nothing."""
        wanted = (str(subject.arguments[self.argument]),) if self.argument else self.wanted
        also = {path: str(subject.arguments[name]) for path, name in self.also.items() if subject.arguments.get(name)}
        return FieldState(subject.id, wanted, also, self._there(wanted, also, answers[0]))

    def reads(self, state: FieldState) -> Sequence[ReadRequest]:
        """The record."""
        return [self._read(state.id)]

    def next(self, state: FieldState, answers: Sequence[Any]) -> Poll[FieldState]:
        """Check whether the value is as wanted and was not before."""
        if self._there(state.wanted, state.also, answers[0]) and not state.was:
            told = ", ".join(map(str, state.wanted))
            return Poll(state, TrackerOutcome("done", f"{self.path} is {told}"), seen=True)
        return Poll(state, note=f"{self.path} is {value_at(first(answers[0]), self.path)}")

    def words(self) -> str:
        """Description for people."""
        return f"stated by the response; without a response, `{self.path}` of GET {self.list_path} is checked"

    def _read(self, id: str) -> ReadRequest:  # noqa: A002 - what the API calls it
        return ReadRequest(self.list_path, {"ids": id, **self.more})

    def _there(self, wanted: Sequence[Any], also: Mapping[str, str], data: Any) -> bool:
        record = first(data)
        found = value_at(record, self.path)
        return any(_same(found, each) for each in wanted) and all(
            _same(value_at(record, path), each) for path, each in also.items()
        )


@dataclass(frozen=True)
class ScanState(TrackerState):
    """Agent `id`; the status (`was`) and the times of the scan before the one that was ordered.

    `since` is from when on activities are asked for, `known` the ids of those to pass over, None where they could not
    be asked for. `began`: the ordered scan was seen.
    """

    id: str
    since: str
    was: str | None = None
    times: Mapping[str, Any] = field(default_factory=dict)
    began: bool = False
    known: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ScanTracker:
    """Follows a scan by the agent's `scanStatus`, and by activities; `times` are the fields of each status's time.

    What the agent shows of the scan before is never told as this one's.
    """

    done: str
    failed: str
    times: Mapping[str, str] = field(
        default_factory=lambda: {
            "started": "scanStartedAt",
            "finished": "scanFinishedAt",
            "aborted": "scanAbortedAt",
        }
    )

    state_type: ClassVar[type[ScanState]] = ScanState
    to_the_end: ClassVar[bool] = True

    def before(self, subject: Subject, now: datetime) -> Sequence[ReadRequest]:
        """The agent as it is, and the activities that are there already."""
        return self.reads(ScanState(subject.id, since(now)))

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> ScanState:
        """The status and the times of the scan before this one."""
        agent = first(answers[0])
        known = ids(answers[1]) if answers[1:] and answers[1] is not None else None
        return ScanState(subject.id, since(now), agent.get("scanStatus"), self._times(agent), known=known)

    def reads(self, state: ScanState) -> Sequence[ReadRequest]:
        """The agent, and its new activities."""
        return [host_read(state.id), activities(state.since, tuple(_SCANS), agentIds=state.id)]

    def next(self, state: ScanState, answers: Sequence[Any]) -> Poll[ScanState]:
        """Judge the progress of the scan."""
        agent = first(answers[0])
        if not agent:
            return Poll(state, note="the console does not show the agent")
        status = str(agent.get("scanStatus"))
        told = f"the scan is {status}"
        if not self._is_new(state, status, agent):
            status = self._by_activities(state, answers[1] if answers[1:] else None)
            if not status:
                last = agent.get("scanStatus")
                return Poll(state, note=f"the console does not show the scan yet; the previous scan is {last}")
            told = f"the scan is {status}"
        if status == self.done:
            return Poll(state, TrackerOutcome("done", told), seen=True)
        if status == self.failed:
            return Poll(state, TrackerOutcome("failed", told), seen=True)
        return Poll(replace(state, began=True), seen=True, note=told)

    def words(self) -> str:
        """Description for people."""
        types = ", ".join(f"{number} {status}" for number, status in _SCANS.items())
        return (
            f"`scanStatus` of the agent, if newer than the request, or its activities ({types}): {self.done} is done, "
            f"{self.failed} is failed"
        )

    def _by_activities(self, state: ScanState, data: Any) -> str:
        """Read the newest of its activities; "" if there is no new one."""
        # Of the past nothing is known where it could not be asked, or an older version asked.
        if state.known is None:
            return ""
        found = [_SCANS[each["activityType"]] for each in new(data, state.known, tuple(_SCANS))]
        if state.was == "started" and self.done == "finished" and "started" in found:
            # The end of the scan that ran before this one is told first.
            found = found[found.index("started") :]
        elif state.was == "started" and self.done == "finished":
            return ""
        return found[-1] if found else ""

    def _is_new(self, state: ScanState, status: str, agent: Mapping[str, Any]) -> bool:
        """Return True if a status is new, by its time if it has one."""
        times = self._times(agent)
        time = times.get(status)
        if (
            self.done == "finished"
            and state.was == "started"
            and times["started"]
            and times["started"] == state.times.get("started")
        ):
            # Still the scan that ran when this one was ordered, whatever became of it.
            return False
        if time and state.was is None:
            return str(time) >= str(state.since)
        if time:
            return bool(time != state.times.get(status))
        return state.was is not None and bool(state.began or status != state.was)

    def _times(self, agent: Mapping[str, Any]) -> dict[str, Any]:
        return {status: agent.get(name) for status, name in self.times.items()}


def _same(found: Any, wanted: Any) -> bool:
    return str(found).lower() == str(wanted).lower()
