"""Actions under way, for the top of the list of actions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from s1ecs.errors import StateError
from s1ecs.respond.audit.journal import Entry
from s1ecs.web.access.page_user import PageUser
from s1ecs.web.actions.confirmation import named
from s1ecs.web.actions.desk import ResponseDesk
from s1ecs.web.actions.journal_reading import entries_with
from s1ecs.web.context import WebContext

_MOST = 20


@dataclass(frozen=True)
class ActionUnderWay:
    """A line of the list: `path` leads to its page, `note` is the last word of its progress."""

    id: str
    path: str
    action: str
    console: str
    targets: Sequence[str]
    user: str
    status: str
    note: str
    requested: datetime | None = None


async def running_actions(context: WebContext, user: PageUser, desk: ResponseDesk) -> Sequence[ActionUnderWay]:
    """Return what is under way, here or in another process, the newest first; scheduled actions come last.

    The template `running_actions.html` shows them. Nothing is returned where there is no journal yet.
    """
    here = [each for each in desk.under_way() if user.role_on(each.console) is not None]
    found = [
        ActionUnderWay(
            each.id,
            batch_path(each.id) if each.is_batch else action_path(each.id),
            each.action,
            each.console,
            each.targets,
            each.user,
            "pending",
            each.note,
        )
        for each in here
    ]
    try:
        entries = await entries_with(context.store, user, "pending", "scheduled")
    except StateError:
        entries = []
    known = {each.id for each in here}
    others = [entry for entry in entries if entry.id not in known and entry.details.get("batch") not in known]
    others.sort(key=lambda entry: entry.status == "scheduled")
    return [*found, *map(_of_journal, others)][:_MOST]


def action_path(identity: str) -> str:
    """Return the path of the page of an action."""
    return f"/actions/{identity}"


def batch_path(identity: str) -> str:
    """Return the path of the page of a batch."""
    return f"/actions/batch/{identity}"


def _of_journal(entry: Entry) -> ActionUnderWay:
    return ActionUnderWay(
        entry.id,
        action_path(entry.id),
        entry.action,
        entry.console,
        list(map(named, entry.targets)),
        entry.user,
        entry.status,
        entry.reason,
        entry.requested,
    )
