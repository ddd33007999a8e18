"""The journal of actions in the state database."""

import sqlite3
from collections.abc import Sequence
from functools import partial

from s1ecs.state.journal import (
    SCHEDULED,
    ActionDocument,
    ActionRow,
    ChangeAction,
    add_document,
    no_such_action,
    taken,
)
from s1ecs.state.sqlite.actions import action_of, actions_with, add_action, all_actions, change_action
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.outbox import SqliteOutbox


class SqliteJournal:
    """The rows of actions in one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, row: ActionRow, document: ActionDocument, outputs: Sequence[str], scheduled: Sequence[ActionRow] = ()
    ) -> None:
        """Save a new action, or one that was scheduled, its document and what it schedules, in one commit."""

        def save(connection: sqlite3.Connection) -> None:
            before = action_of(connection, row.id)
            if before is None:
                add_action(connection, row)
            elif before.status == SCHEDULED:
                change_action(connection, row)
            else:
                raise taken(row.id)
            add_document(SqliteOutbox(), connection, document, outputs)
            for each in scheduled:
                add_action(connection, each)

        await self._database.run(save)

    async def schedule(self, rows: Sequence[ActionRow]) -> None:
        """Save scheduled actions, all in one commit."""

        def save(connection: sqlite3.Connection) -> None:
            for row in rows:
                add_action(connection, row)

        await self._database.run(save)

    async def change(self, action: str, change: ChangeAction, outputs: Sequence[str]) -> None:
        """Replace the row of an action in one commit with its document."""

        def save(connection: sqlite3.Connection) -> None:
            before = action_of(connection, action)
            if before is None:
                raise no_such_action(action)
            row, document = change(before)
            change_action(connection, row)
            if document is not None:
                add_document(SqliteOutbox(), connection, document, outputs)

        await self._database.run(save)

    async def load(self, action: str) -> ActionRow | None:
        """Return the action of this id, None if there is none."""
        return await self._database.run(partial(action_of, identity=action))

    async def with_status(self, statuses: Sequence[str]) -> Sequence[ActionRow]:
        """Return the actions that have one of these statuses, the newest first."""
        return await self._database.run(partial(actions_with, statuses=statuses))

    async def history(self) -> Sequence[ActionRow]:
        """Return all actions, the newest first."""
        return await self._database.run(all_actions)
