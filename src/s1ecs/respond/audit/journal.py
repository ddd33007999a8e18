"""The journal of actions: each is written down before anything is sent, and how it ended afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

# scheduled: written down to be sent later; pending: taken by the console, not at its end; superseded: a later action
# undid it, so that its own end tells nothing; unknown: it may have been carried out, and nobody can tell.
Status = Literal["scheduled", "pending", "done", "failed", "superseded", "refused", "unknown"]

# What may still turn out to be something else.
OPEN: frozenset[Status] = frozenset({"pending", "unknown"})


@dataclass(frozen=True)
class Target:
    """The target of an action: an agent, a threat, an alert or a scope, by the console's id; other texts may be empty.

    `host`, `agent`, `uuid`, `os`, `user`, `site` and `group` tell of the host (`agent` is its agent id): with a target
    that is a threat or an alert, of the host that it is about, as far as the console told.
    """

    kind: Literal["agent", "threat", "alert", "unified alert", "scope"]
    id: str
    name: str = ""
    host: str = ""
    agent: str = ""
    uuid: str = ""
    os: str = ""
    user: str = ""
    site: str = ""
    group: str = ""
    account: str = ""


@dataclass(frozen=True)
class Entry:
    """One action: a row of the journal. Its `follow` never leaves the state database.

    `id` is ours (a UUID), the `event.id` of both audit documents; `action` is its name as typed, such as
    `threat mitigate`; `requested` and `finished` are by our clock, UTC; `user` and `machine` are who asked for it, and
    where. `requests` are objects of method, path, query and body with `***` in place of secrets; `details` is what the
    console told (its ids, what the action brought), without secrets either.

    `follow` is what following needs after a restart; it may hold a one-time password, so that it belongs into no
    document, no log and no listing.
    """

    id: str
    console: str
    action: str
    requested: datetime
    user: str
    machine: str
    comment: str
    targets: tuple[Target, ...]
    requests: tuple[Mapping[str, Any], ...]
    status: Status = "pending"
    reason: str = ""
    finished: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    follow: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Journal(Protocol):
    """The journal that actions are written to. Every method raises StateError if that is not possible."""

    async def request(self, entry: Entry, scheduled: Sequence[Entry] = ()) -> None:
        """Write a new action down, or start a scheduled one; nothing is sent before it returns and the row is durable.

        `scheduled` are actions that follow from it, written down in the same commit: never without it.
        Raises ActionTaken where another process started or cancelled it.
        """

    async def schedule(self, entries: Sequence[Entry]) -> None:
        """Write actions down that are to be sent later, all of them or none."""

    async def progress(self, action: str, *, details: Mapping[str, Any], follow: Mapping[str, Any]) -> None:
        """Replace what is known of an action that goes on, by its id."""

    async def finish(
        self,
        action: str,
        *,
        status: Status,
        reason: str,
        finished: datetime,
        details: Mapping[str, Any],
        follow: Mapping[str, Any],
    ) -> None:
        """Write down how an action ended, by its id; `follow` replaces what was kept, `{}` drops it.

        It may come again for an action that ended: `unknown` becomes what it turned out to be; a file that was not
        fetched is fetched later (then only `details` and `follow` differ).
        """

    async def load(self, action: str) -> Entry | None:
        """The action of this id; None if there is none."""

    async def with_status(self, *statuses: Status) -> Sequence[Entry]:
        """The actions that have one of these statuses, the newest first."""

    async def history(self) -> Sequence[Entry]:
        """All actions, the newest first."""
