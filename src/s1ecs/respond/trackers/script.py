"""Remote scripts: by the status of the task, GET /remote-scripts/status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from s1ecs.respond.trackers.state import StateUpdate, TrackerState
from s1ecs.respond.trackers.tracker import Poll, ReadRequest, Subject, TrackerOutcome, records

_PATH = "/remote-scripts/status"
_RUNNING = frozenset({"created", "pending", "pending_user_action", "scheduled", "in_progress", "partially_completed"})
_FAILED = frozenset({"canceled", "expired", "failed"})


@dataclass(frozen=True)
class ScriptState(TrackerState):
    """Agent `id`; the task by its parent ("": not told yet), or by our id of the action, which its description has."""

    id: str
    action: str
    parent: str = ""

    def updated(self, update: StateUpdate) -> Self:
        """Return the state with the task that the response named."""
        return replace(self, parent=update.parent) if update.parent else self


@dataclass(frozen=True)
class ScriptTracker:
    """Follows the task of a script; `brings_file`: its result is worth fetching."""

    brings_file: bool = True

    state_type: ClassVar[type[ScriptState]] = ScriptState
    to_the_end: ClassVar[bool] = True

    def before(self, subject: Subject, now: datetime) -> Sequence[ReadRequest]:
        """Nothing: the answer names the task."""
        return []

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> ScriptState:
        """The agent; the answer adds the task."""
        return ScriptState(subject.id, subject.action)

    def reads(self, state: ScriptState) -> Sequence[ReadRequest]:
        """The task by its parent, or, where no answer told that, by our id in its description."""
        if state.parent:
            return [ReadRequest(_PATH, {"parentTaskId__in": state.parent, "limit": "100"})]
        return [ReadRequest(_PATH, {"description__contains": state.action, "limit": "100"})]

    def next(self, state: ScriptState, answers: Sequence[Any]) -> Poll[ScriptState]:
        """Judge the status of the task; no task yet counts as waiting."""
        found = [each for each in records(answers[0]) if isinstance(each, dict)]
        if not state.parent:
            found = [each for each in found if state.action in str(each.get("description"))]
            if not found or not found[0].get("parentTaskId"):
                return Poll(state, note="the console does not show the task")
            state = replace(state, parent=str(found[0]["parentTaskId"]))
        # One agent was asked, so there is one task; without an agent id it can only be that one.
        own = [each for each in found if str(each.get("agentId") or state.id) == state.id]
        if not own:
            return Poll(state, seen=True, note="the task has not started")
        task = own[0]
        status = str(task.get("status"))
        if status in _RUNNING:
            return Poll(state, seen=True, note=f"the task is {status}")
        return Poll(state, self._ended(task, status, state), seen=True)

    def words(self) -> str:
        """Description for people."""
        return (
            "GET /remote-scripts/status for the `parentTaskId` of the response: completed; canceled, expired or failed"
        )

    def _ended(self, task: Mapping[str, Any], status: str, state: ScriptState) -> TrackerOutcome:
        detailed = str(task.get("detailedStatus") or "")
        code = task.get("statusCode")
        details = {
            "parentTaskId": state.parent,
            "taskId": str(task.get("id") or ""),
            "code": status if code is None else str(code),
            "detailedStatus": detailed,
        }
        if status == "completed":
            # The signature is there only where there is a result file.
            brought = self.brings_file and details["taskId"] and task.get("scriptResultsSignature")
            file = {"task": details["taskId"]} if brought else None
            # How the script itself ended is no matter of the task's.
            said = f" and reports: {detailed}" if detailed else ""
            own = f" (code {code})" if code is not None and str(code) not in {"", "0", status} else ""
            return TrackerOutcome("done", f"the task completed{said}{own}", details, file)
        if status in _FAILED:
            described = task.get("statusDescription")
            told = detailed or (described if isinstance(described, str) else "") or status
            return TrackerOutcome("failed", told if status in told.lower() else f"{status}: {told}", details)
        return TrackerOutcome("failed", f"unknown status {status!r} of the task: {detailed}".rstrip(": "), details)
