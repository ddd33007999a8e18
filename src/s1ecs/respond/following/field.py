"""Actions whose effect is a field of what they acted on: an agent, a threat, an alert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from s1ecs.respond.following.follower import Outcome, Read, State, Subject, Turn, first


def value_at(record: Mapping[str, Any], path: str) -> Any:
    """The value at a path such as `threatInfo.analystVerdict`; None where there is none."""
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


@dataclass(frozen=True)
class Field:
    """Looks whether a field of the record at `list_path` has the value `wanted`, else that of `argument`.

    It serves only to learn what became of a request whose answer did not come; an answer ends the action at once.
    """

    list_path: str
    path: str
    argument: str = ""
    wanted: tuple[Any, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    to_the_end: ClassVar[bool] = False

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """The record as it is."""
        return self.reads({"id": subject.id})

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """What is wanted, and whether it was so before: then nothing can be told by it."""
        wanted = [str(subject.arguments[self.argument])] if self.argument else list(self.wanted)
        return {"id": subject.id, "wanted": wanted, "was": self._there(wanted, answers[0])}

    def reads(self, state: State) -> Sequence[Read]:
        """The record."""
        return [Read(self.list_path, {"ids": state["id"], **self.more})]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """Whether it is as wanted, and was not before."""
        if self._there(state["wanted"], answers[0]) and not state["was"]:
            told = ", ".join(map(str, state["wanted"]))
            return Turn(state, Outcome("done", f"{self.path} is {told}"), seen=True)
        return Turn(state, note=f"{self.path} is {value_at(first(answers[0]), self.path)}")

    def words(self) -> str:
        """How it is followed."""
        return f"the answer says so; where none came, `{self.path}` of GET {self.list_path} is looked at"

    def _there(self, wanted: Sequence[Any], data: Any) -> bool:
        found = value_at(first(data), self.path)
        return any(str(found).lower() == str(each).lower() for each in wanted)


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
        """The times of the scan before this one."""
        agent = first(answers[0])
        return {"id": subject.id, "was": agent.get("scanStatus"), "times": self._times(agent)}

    def reads(self, state: State) -> Sequence[Read]:
        """The agent."""
        return [Read("/agents", {"ids": state["id"], "isDecommissioned": "True,False"})]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """What became of the scan since."""
        agent = first(answers[0])
        status = str(agent.get("scanStatus"))
        times = self._times(agent)
        changed = status != state["was"] or times.get(status) != state["times"].get(status)
        if not changed:
            return Turn(state, note=f"the scan is {status}")
        if status == self.done:
            return Turn(state, Outcome("done", f"the scan is {status}"), seen=True)
        if status == self.failed:
            return Turn(state, Outcome("failed", f"the scan is {status}"), seen=True)
        return Turn({**state, "was": "", "times": {}}, seen=True, note=f"the scan is {status}")

    def words(self) -> str:
        """How it is followed."""
        return f"`scanStatus` of the agent: {self.done}; {self.failed} is a failure"

    def _times(self, agent: Mapping[str, Any]) -> dict[str, Any]:
        return {status: agent.get(name) for status, name in self.times.items()}
