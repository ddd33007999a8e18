"""An action as its page shows it: from the journal, from the task that carries it out, or from its documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from s1ecs.errors import StateError
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import OPEN, Entry
from s1ecs.respond.run.followed import read_followed
from s1ecs.respond.run.intent import BATCH
from s1ecs.web.access.page_user import PageUser
from s1ecs.web.actions.confirmation import named
from s1ecs.web.actions.desk import ResponseDesk
from s1ecs.web.actions.journal_reading import action_entry
from s1ecs.web.actions.running import RunningAction
from s1ecs.web.questions.action_targets import documents_of_action
from s1ecs.web.questions.reader import StoreReader

# Details that the page shows in places of their own.
_ELSEWHERE = frozenset({"file", "size", "sha256", "encryption", "batch", "ended_by", "ended_by_due", "due", "ends"})
_FINAL = frozenset({"done", "failed", "refused", "superseded"})


@dataclass(frozen=True)
class ActionState:
    """Status of an action for a person: `ended` means that nothing more changes here by itself."""

    status: str
    reason: str
    note: str = ""
    ended: bool = False


@dataclass(frozen=True)
class ActionView:
    """All that is known of an action; `documents` are those of the audit trail where the journal does not have it."""

    id: str
    console: str
    action: str
    state: ActionState
    entry: Entry | None = None
    running: RunningAction | None = None
    documents: Sequence[Mapping[str, Any]] = ()

    @property
    def meaning(self) -> str:
        """Purpose of the action; "" for one that this version does not know."""
        action = ACTIONS.get(self.action)
        return action.meaning if action else ""

    @property
    def targets(self) -> Sequence[str]:
        """Names of the targets."""
        if self.entry is not None:
            return list(map(named, self.entry.targets))
        if self.running is not None:
            return self.running.targets
        return [str(self.documents[0]["target"] or self.documents[0]["host"] or "")] if self.documents else []

    @property
    def batch(self) -> str:
        """Id of the batch that it belongs to; "" for none."""
        return str(self.entry.details.get("batch") or "") if self.entry else ""

    @property
    def details(self) -> Mapping[str, Any]:
        """Details that the console told, without those that stand elsewhere on the page."""
        details = self.entry.details if self.entry else {}
        return {name: value for name, value in details.items() if name not in _ELSEWHERE}

    @property
    def is_under_way(self) -> bool:
        """True while this process carries it out."""
        return self.running is not None and not self.running.ended

    @property
    def is_resumable(self) -> bool:
        """True if its end is not known and nobody here is looking."""
        return self.entry is not None and self.entry.status in OPEN and not self.is_under_way

    @property
    def is_cancellable(self) -> bool:
        """True if it is scheduled and nothing was sent."""
        return self.entry is not None and self.entry.status == "scheduled" and not self.is_under_way

    @property
    def has_password(self) -> bool:
        """True if it brought a file whose password nobody has seen yet."""
        return self.entry is not None and bool("file" in self.entry.details and _password_of(self.entry))


async def action_view(store: StoreReader, desk: ResponseDesk, user: PageUser, identity: str) -> ActionView | None:
    """Return an action that the person may see; None where there is none of this id."""
    running = desk.running(identity)
    entry = await _entry(store, identity, running)
    if entry is not None and running is None:
        running = desk.running(str(entry.details.get(BATCH) or ""))
    documents: Sequence[Mapping[str, Any]] = ()
    if entry is None and running is None:
        documents = await _documents(store, identity)
    if entry is not None:
        console, action = entry.console, entry.action
    elif running is not None:
        console, action = running.console, running.action
    elif documents:
        console, action = str(documents[0]["console"]), str(documents[0]["action"])
    else:
        return None
    if user.role_on(console) is None:
        return None
    return ActionView(identity, console, action, action_state(entry, running, documents), entry, running, documents)


def action_state(
    entry: Entry | None, running: RunningAction | None, documents: Sequence[Mapping[str, Any]] = ()
) -> ActionState:
    """Return how far an action is."""
    going_on = running is not None and not running.ended
    note = running.note if running is not None and going_on else ""
    if entry is None and running is not None:
        if going_on:
            return ActionState("pending", "not sent yet", note)
        return ActionState("refused", f"nothing was sent: {running.error or 'it ended before that'}", ended=True)
    if entry is None:
        told = documents[0]
        return ActionState(str(told["status"] or ""), str(told["reason"] or ""), ended=True)
    reason = entry.reason
    if running is not None and not going_on and entry.status in OPEN:
        last = next((each.reason for each in running.results if each.id == entry.id), "")
        reason = running.error or last or reason
    is_open = entry.status == "pending"
    if is_open and not reason:
        reason = "sent; its end is not known yet"
    # One that is pending may be followed by another process; others change only if somebody here is at them.
    return ActionState(entry.status, reason, note, ended=entry.status in _FINAL or not (is_open or going_on))


async def _entry(store: StoreReader, identity: str, running: RunningAction | None) -> Entry | None:
    try:
        return await action_entry(store, identity)
    except StateError:
        # The state is made by the first action; until then this process alone knows of it.
        if running is None:
            raise
        return None


async def _documents(store: StoreReader, identity: str) -> Sequence[Mapping[str, Any]]:
    try:
        return await store.ask(partial(documents_of_action, action=identity))
    except StateError:
        return ()


def _password_of(entry: Entry) -> str:
    try:
        return read_followed(entry).follow.password
    except StateError:
        # A newer s1ecs kept it, in a form that this one does not know.
        return ""
