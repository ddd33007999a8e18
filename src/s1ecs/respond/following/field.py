"""Actions whose effect is a field of what they acted on: an agent, a threat, an alert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from s1ecs.respond.following.follower import Outcome, Read, State, Subject, Turn, first, since


def value_at(record: Mapping[str, Any], path: str) -> Any:
    """The value at a path such as `threatInfo.analystVerdict`; None where there is none."""
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


@dataclass(frozen=True)
class Field:
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

    to_the_end: ClassVar[bool] = False

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """The record as it is."""
        return self.reads({"id": subject.id})

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """What is wanted, and whether it was so before: then nothing can be told by it."""
        wanted = [str(subject.arguments[self.argument])] if self.argument else list(self.wanted)
        also = {path: str(subject.arguments[name]) for path, name in self.also.items() if subject.arguments.get(name)}
        return {"id": subject.id, "wanted": wanted, "also": also, "was": self._there(wanted, also, answers[0])}

    def reads(self, state: State) -> Sequence[Read]:
        """The record."""
        return [Read(self.list_path, {"ids": state["id"], **self.more})]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """Whether it is as wanted, and was not before."""
        if self._there(state["wanted"], state.get("also", {}), answers[0]) and not state["was"]:
            told = ", ".join(map(str, state["wanted"]))
            return Turn(state, Outcome("done", f"{self.path} is {told}"), seen=True)
        return Turn(state, note=f"{self.path} is {value_at(first(answers[0]), self.path)}")

    def words(self) -> str:
        """How it is followed."""
        return f"the answer says so; where none came, `{self.path}` of GET {self.list_path} is looked at"

    def _there(self, wanted: Sequence[Any], also: Mapping[str, str], data: Any) -> bool:
        record = first(data)
        found = value_at(record, self.path)
        return any(_same(found, each) for each in wanted) and all(
            _same(value_at(record, path), each) for path, each in also.items()
        )


@dataclass(frozen=True)
class Scan:
    """Follows a scan by the agent's `scanStatus`; `ends` are the statuses with the fields of their times."""

    done: str
    failed: str
    times: Mapping[str, str] = field(
        default_factory=lambda: {
            "started": "scanStartedAt",
            "finished": "scanFinishedAt",
            "aborted": "scanAbortedAt",
        }
    )

    to_the_end: ClassVar[bool] = True

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """The agent as it is."""
        return self.reads({"id": subject.id})

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """The status and the times of the scan before this one."""
        agent = first(answers[0])
        was = agent.get("scanStatus")
        return {"id": subject.id, "was": was, "times": self._times(agent), "since": since(now), "began": False}

    def reads(self, state: State) -> Sequence[Read]:
        """The agent."""
        return [Read("/agents", {"ids": state["id"], "isDecommissioned": "True,False"})]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """What became of the scan since."""
        agent = first(answers[0])
        if not agent:
            return Turn(state, note="the console does not show the agent")
        status = str(agent.get("scanStatus"))
        told = f"the scan is {status}"
        if not self._is_new(state, status, self._times(agent).get(status)):
            return Turn(state, note=told)
        if status == self.done:
            return Turn(state, Outcome("done", told), seen=True)
        if status == self.failed:
            return Turn(state, Outcome("failed", told), seen=True)
        return Turn({**state, "began": True}, seen=True, note=told)

    def words(self) -> str:
        """How it is followed."""
        return f"`scanStatus` of the agent: {self.done}; {self.failed} is a failure"

    def _is_new(self, state: State, status: str, time: Any) -> bool:
        """Whether a status came since; its time tells, where it has one: that of an old scan stays old."""
        if time and state["was"] is None:
            return str(time) >= str(state["since"])
        if time:
            return bool(time != state["times"].get(status))
        return state["was"] is not None and bool(state["began"] or status != state["was"])

    def _times(self, agent: Mapping[str, Any]) -> dict[str, Any]:
        return {status: agent.get(name) for status, name in self.times.items()}


def _same(found: Any, wanted: Any) -> bool:
    return str(found).lower() == str(wanted).lower()
