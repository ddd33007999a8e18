"""Mitigations of a threat: by its `mitigationStatus`, GET /threats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar

from s1ecs.respond.trackers.state import TrackerState
from s1ecs.respond.trackers.tracker import Poll, ReadRequest, Subject, TrackerOutcome, first, records

_FIELDS = ("status", "latestReport", "mitigationStartedAt", "mitigationEndedAt")
_FAILED = frozenset({"failed", "partial"})


@dataclass(frozen=True)
class MitigationState(TrackerState):
    """Threat `id` and the mitigation that was requested; `was` is what the console showed of one before."""

    id: str
    mitigation: str
    was: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MitigationTracker:
    """Follows the mitigation that the argument `mitigation` names."""

    state_type: ClassVar[type[MitigationState]] = MitigationState
    to_the_end: ClassVar[bool] = True

    def before(self, subject: Subject, now: datetime) -> Sequence[ReadRequest]:
        """The threat as it is."""
        return [ReadRequest("/threats", {"ids": subject.id})]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> MitigationState:
        """Record the state of an earlier mitigation of the same kind."""
        wanted = str(subject.arguments["mitigation"])
        return MitigationState(subject.id, wanted, _entry(answers[0], wanted))

    def reads(self, state: MitigationState) -> Sequence[ReadRequest]:
        """The threat."""
        return [ReadRequest("/threats", {"ids": state.id})]

    def next(self, state: MitigationState, answers: Sequence[Any]) -> Poll[MitigationState]:
        """Judge the progress of the mitigation."""
        entry = _entry(answers[0], state.mitigation)
        if not entry or entry == state.was:
            return Poll(state, note=f"no {state.mitigation} is shown yet")
        status = str(entry.get("status"))
        details = {"mitigationStatus": status, "latestReport": entry.get("latestReport")}
        told = f"{state.mitigation}: {status}"
        if status == "success":
            return Poll(state, TrackerOutcome("done", told, details), seen=True)
        if status in _FAILED:
            return Poll(state, TrackerOutcome("failed", told, details), seen=True)
        # Whatever comes next counts, even if it looks like what was there before.
        return Poll(replace(state, was={}), seen=True, note=told)

    def words(self) -> str:
        """Description for people."""
        return "`mitigationStatus` of the threat: success is done, failed and partial are failed"


@dataclass(frozen=True)
class NoteState(TrackerState):
    """Threat `id`, the text of the note, and the ids of the notes that were there before (`known`)."""

    id: str
    text: str
    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """Looks for a note of a threat, to learn what became of a request whose answer did not come."""

    state_type: ClassVar[type[NoteState]] = NoteState
    to_the_end: ClassVar[bool] = False

    def before(self, subject: Subject, now: datetime) -> Sequence[ReadRequest]:
        """The notes that are there already."""
        return [_notes(subject.id)]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> NoteState:
        """The note's text, and the ids of the others."""
        return NoteState(subject.id, subject.arguments["text"], _ids(answers[0]))

    def reads(self, state: NoteState) -> Sequence[ReadRequest]:
        """The threat's notes, the newest first."""
        return [_notes(state.id)]

    def next(self, state: NoteState, answers: Sequence[Any]) -> Poll[NoteState]:
        """Check for a new note with our text."""
        for note in records(answers[0]):
            if isinstance(note, dict) and note.get("text") == state.text and str(note.get("id")) not in state.known:
                return Poll(
                    state, TrackerOutcome("done", "the threat has the note", {"note": str(note.get("id"))}), seen=True
                )
        return Poll(state, note="the threat does not have the note")

    def words(self) -> str:
        """Description for people."""
        return "stated by the response; without a response, GET /threats/{id}/notes is checked"


def _notes(threat: str) -> ReadRequest:
    params = {"sortBy": "createdAt", "sortOrder": "desc", "limit": "100"}
    return ReadRequest(f"/threats/{threat}/notes", params)


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


def _ids(data: Any) -> tuple[str, ...]:
    return tuple(str(each.get("id")) for each in records(data) if isinstance(each, dict))
