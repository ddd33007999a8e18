"""Following an action: what is asked, and what the answers mean. Nothing here asks by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol

from s1ecs.respond.audit.journal import Status
from s1ecs.respond.trackers.state import S

# How far the console's clock may run apart from what its answers tell, and from its agents': what a wide margin brings
# too much was there before, and is passed over.
MARGIN = timedelta(hours=1)


@dataclass(frozen=True)
class ReadRequest:
    """A question to the console: GET `path` below the base path, or a GraphQL query.

    `whole`: all pages of the list, not the first alone. `inside`: the key of the list in data that is an object.
    """

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = False
    inside: str = ""


@dataclass(frozen=True)
class TrackerOutcome:
    """The end of an action. `file` tells what there is to fetch: `{"upload": PATH}` or `{"task": ID}`."""

    status: Status
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)
    file: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Poll(Generic[S]):
    """State of an action after a round of responses.

    `seen`: the console shows a trace of it, so it was carried out or will be; `note` says how far it is.
    """

    state: S
    outcome: TrackerOutcome | None = None
    seen: bool = False
    note: str = ""


@dataclass(frozen=True)
class Subject:
    """Subject of an action as following needs it: the console's id, and the action's arguments."""

    id: str
    arguments: Mapping[str, Any]
    action: str


class Tracker(Protocol[S]):
    """One way of following. Its states can be saved, so that another process can go on with them.

    `answers` are the `data` of each read in turn; one that failed for good is None. `to_the_end`: the action goes on
    behind its answer; else the answer ends it, and following serves only where no answer came.
    """

    @property
    def state_type(self) -> type[S]:
        """The type of its states."""

    @property
    def to_the_end(self) -> bool:
        """True if there is something to wait for after the response."""

    def before(self, subject: Subject, now: datetime) -> Sequence[ReadRequest]:
        """List the reads before the request, so that an earlier state is not taken for its effect."""

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> S:
        """The state from those answers; `now` is the console's time before the request."""

    def reads(self, state: S) -> Sequence[ReadRequest]:
        """List the reads of this round."""

    def next(self, state: S, answers: Sequence[Any]) -> Poll[S]:
        """Judge the responses of this round."""

    def words(self) -> str:
        """Description of the following, for people."""


def first(data: Any) -> Mapping[str, Any]:
    """The first record of a list; an empty one where there is none."""
    return next((each for each in records(data) if isinstance(each, dict)), {})


def records(data: Any) -> list[Any]:
    """The records of a list; none where there is no list."""
    return data if isinstance(data, list) else []


def since(now: datetime) -> str:
    """From when on to look for traces, as the API writes times."""
    return (now - MARGIN).strftime("%Y-%m-%dT%H:%M:%SZ")


def activities(since_when: str, types: Sequence[int], **of: str) -> ReadRequest:
    """The activities of these types since then, oldest first, of an agent (`agentIds`) or a threat (`threatIds`)."""
    return ReadRequest(
        "/activities",
        {
            **of,
            "activityTypes": ",".join(map(str, types)),
            "createdAt__gte": since_when,
            "sortBy": "createdAt",
            "sortOrder": "asc",
            "limit": "1000",
        },
    )


def ids(data: Any) -> tuple[str, ...]:
    """The ids of a list's records."""
    return tuple(str(each["id"]) for each in records(data) if isinstance(each, dict) and each.get("id"))


def new(data: Any, known: Sequence[str], types: Sequence[int]) -> list[Mapping[str, Any]]:
    """The activities of these types that were not there before."""
    return [
        each
        for each in records(data)
        if isinstance(each, dict) and str(each.get("id")) not in known and each.get("activityType") in types
    ]
