"""Mitigations of a threat: by its `mitigationStatus`, GET /threats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from s1ecs.respond.following.follower import Outcome, Read, State, Subject, Turn, first, records

_FIELDS = ("status", "latestReport", "mitigationStartedAt", "mitigationEndedAt")
_FAILED = frozenset({"failed", "partial"})


@dataclass(frozen=True)
class Mitigation:
    """Follows the mitigation that the argument `mitigation` names."""

    to_the_end: ClassVar[bool] = True

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """The threat as it is."""
        return self.reads({"id": subject.id})

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """How an earlier mitigation of the same kind stands."""
        wanted = str(subject.arguments["mitigation"])
        return {"id": subject.id, "mitigation": wanted, "was": _entry(answers[0], wanted)}

    def reads(self, state: State) -> Sequence[Read]:
        """The threat."""
        return [Read("/threats", {"ids": state["id"]})]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """What became of the mitigation since."""
        entry = _entry(answers[0], state["mitigation"])
        if not entry or entry == state["was"]:
            return Turn(state, note=f"no {state['mitigation']} is shown yet")
        status = str(entry.get("status"))
        details = {"mitigationStatus": status, "latestReport": entry.get("latestReport")}
        told = f"{state['mitigation']}: {status}"
        if status == "success":
            return Turn(state, Outcome("done", told, details), seen=True)
        if status in _FAILED:
            return Turn(state, Outcome("failed", told, details), seen=True)
        # Whatever comes next counts, even if it looks like what was there before.
        return Turn({**state, "was": {}}, seen=True, note=told)

    def words(self) -> str:
        """How it is followed."""
        return "`mitigationStatus` of the threat: success; failed and partial are failures"


@dataclass(frozen=True)
class Note:
    """Looks for a note of a threat, to learn what became of a request whose answer did not come."""

    to_the_end: ClassVar[bool] = False

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """The notes that are there already."""
        return self.reads({"id": subject.id})

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """The note's text, and the ids of the others."""
        return {"id": subject.id, "text": subject.arguments["text"], "known": _ids(answers[0])}

    def reads(self, state: State) -> Sequence[Read]:
        """The threat's notes, the newest first."""
        params = {"sortBy": "createdAt", "sortOrder": "desc", "limit": "100"}
        return [Read(f"/threats/{state['id']}/notes", params)]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """Whether a new one says what ours says."""
        for note in records(answers[0]):
            if (
                isinstance(note, dict)
                and note.get("text") == state["text"]
                and str(note.get("id")) not in state["known"]
            ):
                return Turn(state, Outcome("done", "the threat has the note", {"note": str(note.get("id"))}), seen=True)
        return Turn(state, note="the threat does not have the note")

    def words(self) -> str:
        """How it is followed."""
        return "the answer says so; where none came, GET /threats/{id}/notes is looked at"


def _entry(data: Any, wanted: str) -> Mapping[str, Any]:
    """The newest mitigation of this kind; several may stand there."""
    of_this_kind = [
        each
        for each in records(first(data).get("mitigationStatus"))
        if isinstance(each, dict) and each.get("action") == wanted
    ]
    # Of those of one time the last one counts.
    newest = max(reversed(of_this_kind), key=lambda each: str(each.get("mitigationStartedAt") or ""), default={})
    return {name: newest.get(name) for name in _FIELDS} if newest else {}


def _ids(data: Any) -> list[str]:
    return [str(each.get("id")) for each in records(data) if isinstance(each, dict)]
