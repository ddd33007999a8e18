"""The journal in the state database: a row for every action before anything is sent, and its documents on their way.

A row is committed together with the document that tells of it, so that neither is ever without the other. Rows stay:
they are small, and `s1ecs respond history` reads them.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

import orjson

from s1ecs.ecs.envelope import Collector
from s1ecs.errors import StateError
from s1ecs.records import dumps
from s1ecs.respond.audit.journal import Entry, Status, Target
from s1ecs.respond.audit.record import State, audit_document, moment, without_secrets
from s1ecs.respond.plain_json import plain
from s1ecs.state.actions import (
    ActionDocument,
    ActionRow,
    action_of,
    add_action,
    add_document,
    all_actions,
    change_action,
)
from s1ecs.state.database import Database
from s1ecs.times import time_text

T = TypeVar("T")


@dataclass(frozen=True)
class Told:
    """What documents say beside their action, and for which outputs they wait.

    `namespaces` and `redact` are by the console's name; `now` is our clock in UTC.
    """

    outputs: Sequence[str]
    collector: Collector | None
    now: Callable[[], datetime]
    namespaces: Mapping[str, str] = field(default_factory=dict)
    redact: Mapping[str, Sequence[str]] = field(default_factory=dict)


class StateJournal:
    """The `Journal` of a state folder; every method raises StateError where its database can't be used."""

    def __init__(self, database: Database, told: Told) -> None:
        self._database = database
        self._told = told

    async def request(self, entry: Entry) -> None:
        """Write a new action down, with its document *requested*; both are durable when it returns."""

        def save(connection: sqlite3.Connection) -> None:
            add_action(connection, _row(entry))
            self._tell(connection, entry, "requested")

        await self._database.run(save)

    async def progress(self, action: str, *, details: Mapping[str, Any], follow: Mapping[str, Any]) -> None:
        """Replace what is known of an action that goes on, by its id."""

        def save(connection: sqlite3.Connection) -> None:
            before = _known(connection, action)
            entry = replace(before, details=without_secrets(details, before.follow), follow=follow)
            change_action(connection, _row(entry))

        await self._database.run(save)

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
        """Write down how an action ended, with its document *finished*; `pending` is no end and has none.

        What was unknown and turned out to be something gets a third document, *settled*. An end of another kind stays
        what it was told to be: a repetition changes only `details` and `follow`.
        """

        def save(connection: sqlite3.Connection) -> None:
            before = _known(connection, action)
            # What is dropped from `follow` now is as secret as before: the console may quote it.
            told = without_secrets({"details": details, "reason": reason}, before.follow, follow)
            entry = replace(before, details=told["details"], follow=follow)
            state = _state_to_tell(before.status, status)
            if state is not None or before.status == "pending":
                ended = None if status == "pending" else finished
                entry = replace(entry, status=status, reason=told["reason"], finished=ended)
            change_action(connection, _row(entry))
            if state is not None:
                self._tell(connection, entry, state)

        await self._database.run(save)

    async def load(self, action: str) -> Entry | None:
        """The action of this id; None if there is none."""

        def read(connection: sqlite3.Connection) -> Entry | None:
            row = action_of(connection, action)
            return None if row is None else _entry(row)

        return await self._database.run(read)

    async def history(self) -> Sequence[Entry]:
        """All actions, the newest first."""
        return [_entry(row) for row in await self._database.run(all_actions)]

    def _tell(self, connection: sqlite3.Connection, entry: Entry, state: State) -> None:
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
        text = dumps(made.document).decode()
        add_document(connection, ActionDocument(entry.id, entry.console, namespace, made.id, text), told.outputs)


def _state_to_tell(before: Status, now: Status) -> State | None:
    """Which document a change of status is worth, if any."""
    if now in {"pending", before}:
        return None
    if before == "pending":
        return "finished"
    return "settled" if before == "unknown" else None


def _known(connection: sqlite3.Connection, action: str) -> Entry:
    row = action_of(connection, action)
    if row is None:
        raise StateError(
            f"no action {action} in this state; it was put back from a backup, or state_dir is another one"
        )
    return _entry(row)


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


def _entry(row: ActionRow) -> Entry:
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
