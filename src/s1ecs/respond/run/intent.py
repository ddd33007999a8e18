"""Scheduled actions: rows of the journal that hold all that is needed to send them later, in this process or another.

A batch is written down as a whole before its first request, so that a process that dies leaves no doubt: what is
scheduled was never sent, and starting it is one commit that only one process can make.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from s1ecs.respond.audit.journal import Entry, Target
from s1ecs.respond.session import ActionConsole
from s1ecs.timestamps import time_text

_VERSION = 1
BATCH, DUE, ENDS, ENDED_BY = "batch", "due", "ends", "ended_by"
# Of the end of an action of a batch: that batch, of which it is no part.
ENDS_BATCH = "ends_batch"
# Of an action in place of one that was not carried out: the first of them, and when that was due.
INSTEAD_OF, FIRST_DUE = "instead_of", "first_due"


@dataclass(frozen=True)
class Intent:
    """A scheduled action by its own id: on which targets, with arguments as given.

    `noted` goes to its details: the batch that it belongs to, or when it is due and which action it ends. `lasting`:
    it is itself ended again after this time.
    """

    id: str
    action: str
    targets: tuple[Target, ...]
    arguments: Mapping[str, Any]
    comment: str = ""
    force: bool = False
    noted: Mapping[str, Any] = field(default_factory=dict)
    lasting: timedelta | None = None


def intended(console: ActionConsole, intent: Intent) -> Entry:
    """The row of an action that is to be sent later."""
    around = console.around
    return Entry(
        id=intent.id,
        console=console.name,
        action=intent.action,
        requested=around.now(),
        user=around.user,
        machine=around.machine,
        comment=intent.comment,
        targets=intent.targets,
        requests=(),
        status="scheduled",
        reason=_reason(intent.noted),
        details=dict(intent.noted),
        follow={
            "version": _VERSION,
            "arguments": dict(intent.arguments),
            "force": intent.force,
            "lasting": None if intent.lasting is None else intent.lasting.total_seconds(),
        },
    )


def intent_of(entry: Entry) -> Intent:
    """Read the intent of a scheduled row."""
    arguments, force = dict(entry.follow.get("arguments") or {}), bool(entry.follow.get("force"))
    seconds = entry.follow.get("lasting")
    lasting = None if seconds is None else timedelta(seconds=seconds)
    return Intent(entry.id, entry.action, entry.targets, arguments, entry.comment, force, dict(entry.details), lasting)


def of_batch(history: Iterable[Entry], batch: str) -> Sequence[Entry]:
    """The actions of a batch, in the order in which they were requested."""
    return sorted((each for each in history if each.details.get(BATCH) == batch), key=lambda each: each.requested)


def cancellable(history: Iterable[Entry], batch: str) -> Sequence[Entry]:
    """The actions of a batch that were not sent; if all were, their scheduled ends.

    Not both at one time: hosts that were isolated for a time stay so if only the rest of the batch is dropped.
    """
    scheduled = [each for each in history if each.status == "scheduled"]
    ends = [each for each in scheduled if each.details.get(ENDS_BATCH) == batch]
    return of_batch(scheduled, batch) or sorted(ends, key=lambda each: each.requested)


def due_of(entry: Entry) -> datetime | None:
    """Time at which a scheduled action is due; None for one that waits for its batch to be resumed."""
    text = entry.details.get(DUE)
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def due_at(moment: datetime, ends: str) -> dict[str, Any]:
    """The details of an action that is due at a time and ends another one."""
    return {DUE: time_text(moment), ENDS: ends}


def _reason(noted: Mapping[str, Any]) -> str:
    if DUE in noted:
        return f"due at {noted[DUE]}; `s1ecs run` sends it"
    return f"not sent yet; `s1ecs respond resume {noted[BATCH]}` sends it" if BATCH in noted else "not sent yet"
