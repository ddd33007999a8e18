"""The journal of response actions as rows, each committed together with the document that reports it. A Protocol."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

import orjson

from s1ecs.errors import ActionTaken, StateError
from s1ecs.state.outbox import AUDIT_STREAM, Outbox, OutboxDocument
from s1ecs.state.transaction import Transaction

# Status of an action that is written down to be sent later: nothing was sent yet, and no document tells of it.
SCHEDULED = "scheduled"


@dataclass(frozen=True)
class ActionRow:
    """An action as it is kept; times are ISO 8601, `about` and `follow` JSON."""

    id: str
    console: str
    action: str
    requested: str
    status: str
    reason: str
    finished: str | None
    about: str
    follow: str


class ActionDocument(NamedTuple):
    """A document of an action, with what its batch needs; `document` is JSON."""

    action: str
    console: str
    namespace: str
    id: str
    document: str


# Returns the changed row, and the document that reports the change, if it is worth one.
ChangeAction = Callable[[ActionRow], tuple[ActionRow, ActionDocument | None]]


class ActionJournal(Protocol):
    """The rows of actions, which stay. Every method raises StateError if the state can't be used."""

    async def add(
        self, row: ActionRow, document: ActionDocument, outputs: Sequence[str], scheduled: Sequence[ActionRow] = ()
    ) -> None:
        """Save a new action and its document, which then waits for these outputs; both are durable on return.

        `scheduled` are further actions, scheduled in the same commit: all of it is saved, or nothing.
        A scheduled action of this id is replaced: only one process can do that. Raises ActionTaken where another did.
        """

    async def schedule(self, rows: Sequence[ActionRow]) -> None:
        """Save scheduled actions, all in one commit; they are durable on return."""

    async def change(self, action: str, change: ChangeAction, outputs: Sequence[str]) -> None:
        """Replace the row of an action in one commit with its document; raise StateError if there is no such action."""

    async def load(self, action: str) -> ActionRow | None:
        """Return the action of this id, None if there is none."""

    async def with_status(self, statuses: Sequence[str]) -> Sequence[ActionRow]:
        """Return the actions that have one of these statuses, the newest first."""

    async def history(self) -> Sequence[ActionRow]:
        """Return all actions, the newest first."""


def add_document(outbox: Outbox, transaction: Transaction, document: ActionDocument, outputs: Iterable[str]) -> None:
    """Put a document into the outbox of each of these outputs, unless one of its id waits there already."""
    told = orjson.loads(document.document).get("@timestamp")
    time = datetime.now(UTC) if told is None else datetime.fromisoformat(told)
    feed = (document.console, document.namespace, AUDIT_STREAM)
    for output in outputs:
        if not outbox.among(transaction, output, feed, [document.id]):
            outbox.append(transaction, output, [OutboxDocument(*feed, document.id, document.document)], time)


def taken(action: str) -> ActionTaken:
    """Return the error for a scheduled action that is scheduled no longer."""
    return ActionTaken(f"action {action} is no longer scheduled: another process started or cancelled it")


def no_such_action(action: str) -> StateError:
    """Return the error for an action that the state does not have."""
    return StateError(
        f"no action {action} in this state; the state was restored from a backup, or state_dir has changed"
    )
