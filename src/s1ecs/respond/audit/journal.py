"""The journal of actions: each is written down before anything is sent, and how it ended afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

# pending: taken by the console, not at its end; unknown: it may have been carried out, and nobody can tell.
Status = Literal["pending", "done", "failed", "refused", "unknown"]


@dataclass(frozen=True)
class Target:
    """What an action acts on: an agent, a threat, an alert or a scope, by the console's id; other texts may be empty.

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
    """Where actions are written down. Every method raises StateError where that can't be done."""

    async def request(self, entry: Entry) -> None:
        """Write a new action down; when it returns the row is durable. Nothing is sent before."""

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

    async def history(self) -> Sequence[Entry]:
        """All actions, the newest first."""
