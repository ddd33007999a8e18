"""The journal in the state: a row for every action before anything is sent, and its documents on their way.

A row is committed together with the document that tells of it, so that neither is ever without the other. Rows stay:
they are small, and `s1ecs respond history` reads them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson

from s1ecs.ecs.envelope import Collector
from s1ecs.records import dumps
from s1ecs.respond.audit.document import AuditState, audit_document, moment, without_secrets
from s1ecs.respond.audit.journal import Entry, Status, Target
from s1ecs.respond.audit.json_safe import plain
from s1ecs.state.journal import ActionDocument, ActionJournal, ActionRow
from s1ecs.timestamps import time_text


@dataclass(frozen=True)
class Told:
    """The content of documents beside their action, and the outputs that they wait for.

    `namespaces` and `redact` are by the console's name; `now` is our clock in UTC.
    """

    outputs: Sequence[str]
    collector: Collector | None
    now: Callable[[], datetime]
    namespaces: Mapping[str, str] = field(default_factory=dict)
    redact: Mapping[str, Sequence[str]] = field(default_factory=dict)


class StateJournal:
    """The `Journal` in a state; every method raises StateError if that can't be used."""

    def __init__(self, rows: ActionJournal, told: Told) -> None:
        self._rows = rows
        self._told = told

    async def request(self, entry: Entry, scheduled: Sequence[Entry] = ()) -> None:
        """Save a new action, or start a scheduled one, with its document *requested* and what follows from it."""
        rows = [_row(replace(each, status="scheduled")) for each in scheduled]
        await self._rows.add(_row(entry), self._document(entry, "requested"), self._told.outputs, rows)

    async def schedule(self, entries: Sequence[Entry]) -> None:
        """Save actions that are to be sent later; documents tell of them once they are requested."""
        await self._rows.schedule([_row(replace(entry, status="scheduled")) for entry in entries])

    async def progress(self, action: str, *, details: Mapping[str, Any], follow: Mapping[str, Any]) -> None:
        """Replace what is known of an action that goes on, by its id."""

        def change(row: ActionRow) -> tuple[ActionRow, None]:
            before = entry_of(row)
            return _row(replace(before, details=without_secrets(details, before.follow), follow=follow)), None

        await self._rows.change(action, change, self._told.outputs)

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
        """Save how an action ended, with its document *finished*; `pending` is no end and has none.

        An unknown end that turned out to be something gets a third document, *settled*. An end of another kind stays
        as it was: a repetition changes only `details` and `follow`.
        """

        def change(row: ActionRow) -> tuple[ActionRow, ActionDocument | None]:
            before = entry_of(row)
            # What is dropped from `follow` now is as secret as before: the console may quote it.
            told = without_secrets({"details": details, "reason": reason}, before.follow, follow)
            entry = replace(before, details=told["details"], follow=follow)
            state = _state_to_tell(before.status, status)
            if state is not None or before.status == "pending":
                ended = None if status == "pending" else finished
                entry = replace(entry, status=status, reason=told["reason"], finished=ended)
            return _row(entry), None if state is None else self._document(entry, state)

        await self._rows.change(action, change, self._told.outputs)

    async def load(self, action: str) -> Entry | None:
        """Return the action of this id, None if there is none."""
        row = await self._rows.load(action)
        return None if row is None else entry_of(row)

    async def with_status(self, *statuses: Status) -> Sequence[Entry]:
        """Return the actions that have one of these statuses, the newest first."""
        return [entry_of(row) for row in await self._rows.with_status(statuses)]

    async def history(self) -> Sequence[Entry]:
        """Return all actions, the newest first."""
        return [entry_of(row) for row in await self._rows.history()]

    def _document(self, entry: Entry, state: AuditState) -> ActionDocument:
        told = self._told
        namespace = told.namespaces.get(entry.console, "default")
        made = audit_document(
            entry,
            state,
            namespace=namespace,
            collector=told.collector,
            redact=told.redact.get(entry.console, ()),
            now=told.now(),
        )
        return ActionDocument(entry.id, entry.console, namespace, made.id, dumps(made.document).decode())


def _state_to_tell(before: Status, now: Status) -> AuditState | None:
    """Return the kind of document that reports a change of status, if any."""
    if now in {"pending", before}:
        return None
    if before == "pending":
        return "finished"
    return "settled" if before == "unknown" else None


def _row(entry: Entry) -> ActionRow:
    about = {
        "user": entry.user,
        "machine": entry.machine,
        "comment": entry.comment,
        "targets": [asdict(target) for target in entry.targets],
        "requests": list(entry.requests),
        "details": entry.details,
    }
    return ActionRow(
        id=entry.id,
        console=entry.console,
        action=entry.action,
        requested=time_text(entry.requested),
        status=entry.status,
        reason=without_secrets(entry.reason, entry.follow),
        finished=None if entry.finished is None else time_text(entry.finished),
        about=orjson.dumps(without_secrets(about, entry.follow)).decode(),
        follow=orjson.dumps(plain(entry.follow)).decode(),
    )


def entry_of(row: ActionRow) -> Entry:
    """Read the entry of a row of the state."""
    about = orjson.loads(row.about)
    status: Status = row.status  # type: ignore[assignment]
    return Entry(
        id=row.id,
        console=row.console,
        action=row.action,
        requested=moment(row.requested),
        user=about["user"],
        machine=about["machine"],
        comment=about["comment"],
        targets=tuple(Target(**target) for target in about["targets"]),
        requests=tuple(about["requests"]),
        status=status,
        reason=row.reason,
        finished=None if row.finished is None else moment(row.finished),
        details=about["details"],
        follow=orjson.loads(row.follow),
    )
