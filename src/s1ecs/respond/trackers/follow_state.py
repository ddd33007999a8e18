"""Follow state of an action, kept for the process that resumes it: written as JSON and read back here alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.trackers.state import TrackerState, read_state, refuse_later, write_state
from s1ecs.respond.trackers.tracker import Tracker, TrackerOutcome

# Version 0 is JSON without a version, written before there were any.
_VERSION = 1


@dataclass(frozen=True)
class NotedFile:
    """A file that was downloaded whole, noted before it gets its name."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class FollowState:
    """State of following an action.

    `uncertain`: nothing tells yet that the console took it, and `cause` is what came instead of a response. `url` is
    the console that it was sent to, `state` that of its tracker, `outcome` its end while its file is not fetched yet,
    `downloaded` that file, `password` the one-time password of it. `unsaved` is why the last note in the journal
    failed; it is in memory only.
    """

    uncertain: bool = True
    url: str = ""
    cause: str = ""
    state: TrackerState | None = None
    outcome: TrackerOutcome | None = None
    downloaded: NotedFile | None = None
    password: str = field(default="", repr=False)
    unsaved: str = ""


@dataclass(frozen=True)
class Followed:
    """An action with the state of following it; the `follow` of its entry is as it was read."""

    entry: Entry
    follow: FollowState


def write_follow(follow: FollowState) -> dict[str, Any]:
    """Return the state as JSON, with its version and what is known; `{}` where nothing is."""
    if replace(follow, unsaved="") == FollowState():
        return {}
    known = {
        "password": follow.password,
        "state": None if follow.state is None else write_state(follow.state),
        "url": follow.url,
        "cause": follow.cause,
        "outcome": None if follow.outcome is None else {**vars(follow.outcome)},
        "downloaded": None if follow.downloaded is None else {**vars(follow.downloaded)},
    }
    return {"version": _VERSION, "uncertain": follow.uncertain} | {key: value for key, value in known.items() if value}


def read_follow(data: Mapping[str, Any], tracker: Tracker[Any] | None) -> FollowState:
    """Return the state that this JSON describes, of an action that has this tracker.

    Unknown keys are ignored, missing ones get their defaults. Raises StateTooNew for the JSON of a later version.
    """
    refuse_later(data, _VERSION)
    return FollowState(
        uncertain=bool(data.get("uncertain", True)),
        url=str(data.get("url") or ""),
        cause=str(data.get("cause") or ""),
        state=None if tracker is None else read_state(tracker.state_type, data.get("state")),
        outcome=_outcome(data.get("outcome")),
        downloaded=_downloaded(data.get("downloaded")),
        password=str(data.get("password") or ""),
    )


def _outcome(data: Any) -> TrackerOutcome | None:
    if not isinstance(data, Mapping) or not data:
        return None
    return TrackerOutcome(data["status"], data["reason"], data.get("details") or {}, data.get("file"))


def _downloaded(data: Any) -> NotedFile | None:
    if not isinstance(data, Mapping):
        return None
    return NotedFile(str(data.get("path") or ""), int(data["size"]), str(data["sha256"]))
