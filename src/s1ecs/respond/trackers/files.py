"""Files that an agent uploads: by the activities that tell of the order and of the upload."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from s1ecs.respond.trackers.state import TrackerState
from s1ecs.respond.trackers.tracker import (
    Poll,
    ReadRequest,
    Subject,
    TrackerOutcome,
    activities,
    ids,
    new,
    since,
)
from s1ecs.respond.validators import HASH_LENGTHS

_ORDERED, _UPLOADED = 81, 80
_THREAT_ORDERED, _THREAT_UPLOADED = 85, 86


@dataclass(frozen=True)
class FileState(TrackerState):
    """Agent or threat `id`; from when on activities are asked for, and the ids of those to pass over (`known`).

    `user` is who we are for the console, None where it did not tell; `others` are the ids of uploads that the password
    of this request did not open.
    """

    id: str
    since: str
    known: tuple[str, ...] = ()
    user: str | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class FetchedFileTracker:
    """POST /agents/{id}/actions/fetch-files: activity 81 names the batch, activity 80 of that batch the file."""

    state_type: ClassVar[type[FileState]] = FileState
    to_the_end: ClassVar[bool] = True

    def before(self, subject: Subject, now: datetime) -> Sequence[ReadRequest]:
        """The activities that are there already, and who we are."""
        return [activities(since(now), (_ORDERED, _UPLOADED), agentIds=subject.id), ReadRequest("/user")]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> FileState:
        """The agent, from when on to look, what to pass over, and whose order it is."""
        user = answers[1].get("id") if isinstance(answers[1], dict) else None
        return FileState(subject.id, since(now), ids(answers[0]), user)

    def reads(self, state: FileState) -> Sequence[ReadRequest]:
        """Its new activities."""
        return [activities(state.since, (_ORDERED, _UPLOADED), agentIds=state.id)]

    def next(self, state: FileState, answers: Sequence[Any]) -> Poll[FileState]:
        """The first upload of a batch that our user ordered, but for those that our password did not open."""
        ordered = new(answers[0], state.known, (_ORDERED,))
        # Somebody else may have asked for files in the same moment.
        own = [each for each in ordered if state.user is None or str(each.get("userId")) == str(state.user)]
        batches = {str(_data(each)["commandBatchUuid"]) for each in own if _data(each).get("commandBatchUuid")}
        for upload in new(answers[0], state.known, (_UPLOADED,)):
            batch = str(_data(upload).get("commandBatchUuid"))
            if batch not in batches:
                continue
            if str(upload["id"]) not in state.others:
                return Poll(state, _uploaded(upload, {"commandBatchUuid": batch}), seen=True)
            batches.discard(batch)
        if not batches:
            return Poll(state, note="the console does not show the request yet")
        return Poll(state, seen=True, note="the agent has not uploaded yet")

    def words(self) -> str:
        """Description for people."""
        return (
            "activity 81 of the token's user states the `commandBatchUuid`, activity 80 with the same one the file; a "
            "file that the password does not open belongs to another request"
        )


@dataclass(frozen=True)
class ThreatFile:
    """POST /threats/fetch-file: activity 86 of the threat names the file."""

    state_type: ClassVar[type[FileState]] = FileState
    to_the_end: ClassVar[bool] = True

    def before(self, subject: Subject, now: datetime) -> Sequence[ReadRequest]:
        """The activities that are there already."""
        return [activities(since(now), (_THREAT_ORDERED, _THREAT_UPLOADED), threatIds=subject.id)]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> FileState:
        """The threat, from when on to look, and what to pass over."""
        return FileState(subject.id, since(now), ids(answers[0]))

    def reads(self, state: FileState) -> Sequence[ReadRequest]:
        """Its new activities."""
        return [activities(state.since, (_THREAT_ORDERED, _THREAT_UPLOADED), threatIds=state.id)]

    def next(self, state: FileState, answers: Sequence[Any]) -> Poll[FileState]:
        """The first upload since, but for those that our password did not open."""
        for upload in new(answers[0], (*state.known, *state.others), (_THREAT_UPLOADED,)):
            return Poll(state, _uploaded(upload, {}, _promised(upload)), seen=True)
        seen = bool(new(answers[0], state.known, (_THREAT_ORDERED,)))
        return Poll(state, seen=seen, note="the agent has not uploaded yet")

    def words(self) -> str:
        """Description for people."""
        return (
            "activity 86 of the threat names the file; one that the password does not open belongs to another request"
        )


def _promised(activity: Mapping[str, Any]) -> dict[str, str]:
    """Read what the console reports about the file of a threat."""
    data = _data(activity)
    content = str(data.get("fileContentHash") or "")
    told = {"sha1": content if len(content) == HASH_LENGTHS["SHA1"] else "", "size": str(data.get("fileSize") or "")}
    return {key: value for key, value in told.items() if value}


def _uploaded(
    activity: Mapping[str, Any], more: Mapping[str, str], promised: Mapping[str, str] | None = None
) -> TrackerOutcome:
    data = _data(activity)
    said = str(activity.get("primaryDescription") or "the agent has uploaded")
    details = {**more, "activity": str(activity["id"]), "filename": data.get("filename")}
    place = str(data.get("downloadUrl") or data.get("filePath") or "")
    if not place:
        return TrackerOutcome("failed", f"{said} But the console offers no file to download", details)
    return TrackerOutcome("done", said, details, {"upload": place, "activity": str(activity["id"]), **(promised or {})})


def _data(activity: Mapping[str, Any]) -> Mapping[str, Any]:
    data = activity.get("data")
    return data if isinstance(data, dict) else {}
