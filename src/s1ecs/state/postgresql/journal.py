"""The journal of response actions in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import astuple

from psycopg import errors

from s1ecs.errors import StateError
from s1ecs.state.journal import (
    SCHEDULED,
    ActionDocument,
    ActionRow,
    ChangeAction,
    add_document,
    no_such_action,
    taken,
)
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.outbox import PostgresOutbox
from s1ecs.state.postgresql.transaction import PgConnection

_COLUMNS = "id, console, action, requested, status, reason, finished, about, follow"


class PostgresJournal:
    """The rows of actions in one schema."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def add(
        self, row: ActionRow, document: ActionDocument, outputs: Sequence[str], scheduled: Sequence[ActionRow] = ()
    ) -> None:
        """Save a new action, or one that was scheduled, its document and what it schedules, in one commit."""

        def save(connection: PgConnection) -> None:
            before = _locked(connection, row.id)
            if before is None:
                _add(connection, row)
            elif before.status == SCHEDULED:
                _change(connection, row)
            else:
                raise taken(row.id)
            add_document(PostgresOutbox(), connection, document, outputs)
            for each in scheduled:
                _add(connection, each)

        await self._database.run(save)

    async def schedule(self, rows: Sequence[ActionRow]) -> None:
        """Save scheduled actions, all in one commit."""

        def save(connection: PgConnection) -> None:
            for row in rows:
                _add(connection, row)

        await self._database.run(save)

    async def change(self, action: str, change: ChangeAction, outputs: Sequence[str]) -> None:
        """Replace the row of an action in one commit with its document."""

        def save(connection: PgConnection) -> None:
            before = _locked(connection, action)
            if before is None:
                raise no_such_action(action)
            row, document = change(before)
            _change(connection, row)
            if document is not None:
                add_document(PostgresOutbox(), connection, document, outputs)

        await self._database.run(save)

    async def load(self, action: str) -> ActionRow | None:
        """Return the action of this id, None if there is none."""

        def read(connection: PgConnection) -> ActionRow | None:
            row = connection.execute(f"SELECT {_COLUMNS} FROM actions WHERE id = %s", [action]).fetchone()
            return None if row is None else ActionRow(*row)

        return await self._database.run(read)

    async def with_status(self, statuses: Sequence[str]) -> Sequence[ActionRow]:
        """Return the actions that have one of these statuses, the newest first."""

        def read(connection: PgConnection) -> list[ActionRow]:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM actions WHERE status = ANY(%s) ORDER BY requested DESC, id",
                [list(statuses)],
            )
            return [ActionRow(*row) for row in rows]

        return await self._database.run(read)

    async def history(self) -> Sequence[ActionRow]:
        """Return all actions, the newest first."""
        return await self._database.run(read_actions)


def read_actions(connection: PgConnection) -> list[ActionRow]:
    """Return all actions, the newest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM actions ORDER BY requested DESC, id")
    return [ActionRow(*row) for row in rows]


def _locked(connection: PgConnection, action: str) -> ActionRow | None:
    """Return an action that nobody else changes before the commit."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM actions WHERE id = %s FOR UPDATE", [action]).fetchone()
    return None if row is None else ActionRow(*row)


def _add(connection: PgConnection, row: ActionRow) -> None:
    try:
        connection.execute(
            f"INSERT INTO actions ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            astuple(row),
        )
    except errors.UniqueViolation:
        raise StateError(f"the action {row.id} already exists") from None


def _change(connection: PgConnection, row: ActionRow) -> None:
    identity, *values = astuple(row)
    connection.execute(
        f"UPDATE actions SET ({_COLUMNS.removeprefix('id, ')}) = (%s, %s, %s, %s, %s, %s, %s, %s) WHERE id = %s",
        [*values, identity],
    )
