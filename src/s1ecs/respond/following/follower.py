"""Following an action: what is asked, and what the answers mean. Nothing here asks by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from s1ecs.respond.audit.journal import Status

State = dict[str, Any]

# How far the console's clock may run apart from what its answers tell, and from its agents': what a wide margin brings
# too much was there before, and is passed over.
MARGIN = timedelta(hours=1)


@dataclass(frozen=True)
class Read:
    """A question to the console: GET `path` below the base path, or a GraphQL query."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """The end of an action. `file` tells what there is to fetch: `{"upload": PATH}` or `{"task": ID}`."""

    status: Status
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)
    file: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Turn:
    """Where an action stands after a round of answers.

    `seen`: the console shows a trace of it, so it was carried out or will be; `note` says how far it is.
    """

    state: State
    outcome: Outcome | None = None
    seen: bool = False
    note: str = ""


@dataclass(frozen=True)
class Subject:
    """What an action is about, as following needs it: the console's id of it, and the action's arguments."""

    id: str
    arguments: Mapping[str, Any]
    action: str


class Follower(Protocol):
    """One way of following. States are JSON, so that another process can go on with them.

    `answers` are the `data` of each read in turn; one that failed for good is None. `to_the_end`: the action goes on
    behind its answer; else the answer ends it, and following serves only where no answer came.
    """

    @property
    def to_the_end(self) -> bool:
        """Whether there is something to wait for behind the answer."""

    def before(self, subject: Subject, now: datetime) -> Sequence[Read]:
        """What to ask before the request, so that what was there already is not taken for its effect."""

    def begin(self, subject: Subject, now: datetime, answers: Sequence[Any]) -> State:
        """The state from those answers; `now` is the console's time before the request."""

    def reads(self, state: State) -> Sequence[Read]:
        """What to ask in this round."""

    def next(self, state: State, answers: Sequence[Any]) -> Turn:
        """What the answers mean."""

    def words(self) -> str:
        """How it is followed, for people."""


def first(data: Any) -> Mapping[str, Any]:
    """The first record of a list; an empty one where there is none."""
    return next((each for each in records(data) if isinstance(each, dict)), {})


def records(data: Any) -> list[Any]:
    """The records of a list; none where there is no list."""
    return data if isinstance(data, list) else []


def since(now: datetime) -> str:
    """From when on to look for traces, as the API writes times."""
    return (now - MARGIN).strftime("%Y-%m-%dT%H:%M:%SZ")


def activities(since_when: str, types: Sequence[int], **of: str) -> Read:
    """The activities of these types since then, oldest first, of an agent (`agentIds`) or a threat (`threatIds`)."""
    return Read(
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


def ids(data: Any) -> list[str]:
    """The ids of a list's records."""
    return [str(each["id"]) for each in records(data) if isinstance(each, dict) and each.get("id")]


def new(data: Any, known: Sequence[str], types: Sequence[int]) -> list[Mapping[str, Any]]:
    """The activities of these types that were not there before."""
    return [
        each
        for each in records(data)
        if isinstance(each, dict) and str(each.get("id")) not in known and each.get("activityType") in types
    ]
