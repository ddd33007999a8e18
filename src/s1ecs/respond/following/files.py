"""Files that an agent uploads: by the activities that tell of the order and of the upload."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from s1ecs.respond.following.follower import Outcome, Read, State, Subject, Turn, activities, ids, new, since

_ORDERED, _UPLOADED = 81, 80
_THREAT_ORDERED, _THREAT_UPLOADED = 85, 86


@dataclass(frozen=True)
class FetchedFile:
    """POST /agents/{id}/actions/fetch-files: activity 81 names the batch, activity 80 of that batch the file."""

    to_the_end: ClassVar[bool] = True

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """The activities that are there already, and who we are."""
        return [activities(since(now), (_ORDERED, _UPLOADED), agentIds=subject.id), Read("/user")]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """The agent, from when on to look, what to pass over, and whose order it is."""
        user = answers[1].get("id") if isinstance(answers[1], dict) else None
        return {"id": subject.id, "since": since(now), "known": ids(answers[0]), "user": user, "batch": ""}

    def reads(self, state: State) -> Sequence[Read]:
        """Its new activities."""
        return [activities(state["since"], (_ORDERED, _UPLOADED), agentIds=state["id"])]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """First the batch of our order, then the upload of that batch."""
        if not state["batch"]:
            ordered = new(answers[0], state["known"], (_ORDERED,))
            # Somebody else may have asked for files in the same moment.
            own = [each for each in ordered if str(each.get("userId")) == state["user"]] or ordered
            batches = [str(_data(each)["commandBatchUuid"]) for each in own if _data(each).get("commandBatchUuid")]
            if not batches:
                return Turn(state, note="the console does not show the order yet")
            state = {**state, "batch": batches[0]}
        for upload in new(answers[0], state["known"], (_UPLOADED,)):
            if str(_data(upload).get("commandBatchUuid")) == state["batch"]:
                return Turn(state, _uploaded(upload, {"commandBatchUuid": state["batch"]}), seen=True)
        return Turn(state, seen=True, note="the agent has not uploaded yet")

    def words(self) -> str:
        """How it is followed."""
        return "activity 81 names the `commandBatchUuid`, activity 80 with the same one the file"


@dataclass(frozen=True)
class ThreatFile:
    """POST /threats/fetch-file: activity 86 of the threat names the file."""

    to_the_end: ClassVar[bool] = True

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """The activities that are there already."""
        return [activities(since(now), (_THREAT_ORDERED, _THREAT_UPLOADED), threatIds=subject.id)]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """The threat, from when on to look, and what to pass over."""
        return {"id": subject.id, "since": since(now), "known": ids(answers[0])}

    def reads(self, state: State) -> Sequence[Read]:
        """Its new activities."""
        return [activities(state["since"], (_THREAT_ORDERED, _THREAT_UPLOADED), threatIds=state["id"])]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """The first upload since."""
        for upload in new(answers[0], state["known"], (_THREAT_UPLOADED,)):
            return Turn(state, _uploaded(upload, {}), seen=True)
        seen = bool(new(answers[0], state["known"], (_THREAT_ORDERED,)))
        return Turn(state, seen=seen, note="the agent has not uploaded yet")

    def words(self) -> str:
        """How it is followed."""
        return "activity 86 of the threat names the file"


def _uploaded(activity: Mapping[str, Any], more: Mapping[str, str]) -> Outcome:
    data = _data(activity)
    said = str(activity.get("primaryDescription") or "the agent has uploaded")
    details = {**more, "activity": str(activity["id"]), "filename": data.get("filename")}
    place = str(data.get("downloadUrl") or data.get("filePath") or "")
    if not place:
        return Outcome("failed", f"{said} But the console names no file to download", details)
    return Outcome("done", said, details, {"upload": place})


def _data(activity: Mapping[str, Any]) -> Mapping[str, Any]:
    data = activity.get("data")
    return data if isinstance(data, dict) else {}
