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
        return {"id": subject.id, "since": since(now), "known": ids(answers[0]), "user": user, "others": []}

    def reads(self, state: State) -> Sequence[Read]:
        """Its new activities."""
        return [activities(state["since"], (_ORDERED, _UPLOADED), agentIds=state["id"])]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """The first upload of a batch that our user ordered, but for those that our password did not open."""
        ordered = new(answers[0], state["known"], (_ORDERED,))
        # Somebody else may have asked for files in the same moment.
        own = [each for each in ordered if state["user"] is None or str(each.get("userId")) == str(state["user"])]
        batches = {str(_data(each)["commandBatchUuid"]) for each in own if _data(each).get("commandBatchUuid")}
        for upload in new(answers[0], state["known"], (_UPLOADED,)):
            batch = str(_data(upload).get("commandBatchUuid"))
            if batch not in batches:
                continue
            if str(upload["id"]) not in state["others"]:
                return Turn(state, _uploaded(upload, {"commandBatchUuid": batch}), seen=True)
            batches.discard(batch)
        if not batches:
            return Turn(state, note="the console does not show the order yet")
        return Turn(state, seen=True, note="the agent has not uploaded yet")

    def words(self) -> str:
        """How it is followed."""
        return (
            "activity 81 of our user names the `commandBatchUuid`, activity 80 with the same one the file; one that "
            "the password does not open is another request's"
        )


@dataclass(frozen=True)
class ThreatFile:
    """POST /threats/fetch-file: activity 86 of the threat names the file."""

    to_the_end: ClassVar[bool] = True

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """The activities that are there already."""
        return [activities(since(now), (_THREAT_ORDERED, _THREAT_UPLOADED), threatIds=subject.id)]

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """The threat, from when on to look, and what to pass over."""
        return {"id": subject.id, "since": since(now), "known": ids(answers[0]), "others": []}

    def reads(self, state: State) -> Sequence[Read]:
        """Its new activities."""
        return [activities(state["since"], (_THREAT_ORDERED, _THREAT_UPLOADED), threatIds=state["id"])]

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """The first upload since, but for those that our password did not open."""
        for upload in new(answers[0], [*state["known"], *state["others"]], (_THREAT_UPLOADED,)):
            return Turn(state, _uploaded(upload, {}), seen=True)
        seen = bool(new(answers[0], state["known"], (_THREAT_ORDERED,)))
        return Turn(state, seen=seen, note="the agent has not uploaded yet")

    def words(self) -> str:
        """How it is followed."""
        return "activity 86 of the threat names the file; one that the password does not open is another request's"


def _uploaded(activity: Mapping[str, Any], more: Mapping[str, str]) -> Outcome:
    data = _data(activity)
    said = str(activity.get("primaryDescription") or "the agent has uploaded")
    details = {**more, "activity": str(activity["id"]), "filename": data.get("filename")}
    place = str(data.get("downloadUrl") or data.get("filePath") or "")
    if not place:
        return Outcome("failed", f"{said} But the console names no file to download", details)
    return Outcome("done", said, details, {"upload": place, "activity": str(activity["id"])})


def _data(activity: Mapping[str, Any]) -> Mapping[str, Any]:
    data = activity.get("data")
    return data if isinstance(data, dict) else {}
