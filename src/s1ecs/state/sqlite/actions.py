"""Response actions in the state database: a row each, which stays, and their documents until all outputs took them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime
from pathlib import Path

from s1ecs.state.journal import ActionRow
from s1ecs.state.outbox import AUDIT_STREAM, WaitingAudit
from s1ecs.state.sqlite.readonly import reading

_COLUMNS = "id, console, action, requested, status, reason, finished, about, follow"


def add_action(connection: sqlite3.Connection, row: ActionRow) -> None:
    """Save a new action."""
    connection.execute(f"INSERT INTO actions ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(row))  # noqa: S608 - names of ours


def change_action(connection: sqlite3.Connection, row: ActionRow) -> None:
    """Replace an action's row."""
    identity, *values = astuple(row)
    connection.execute(
        f"UPDATE actions SET ({_COLUMNS.removeprefix('id, ')}) = (?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?",  # noqa: S608 - names of ours
        (*values, identity),
    )


def action_of(connection: sqlite3.Connection, identity: str) -> ActionRow | None:
    """Return the action of this id."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM actions WHERE id = ?", (identity,)).fetchone()  # noqa: S608 - names of ours
    return None if row is None else ActionRow(*row)


def all_actions(connection: sqlite3.Connection) -> list[ActionRow]:
    """Return all actions, the newest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM actions ORDER BY requested DESC, id")  # noqa: S608 - names of ours
    return [ActionRow(*row) for row in rows]


def read_actions(state_folder: Path) -> list[ActionRow]:
    """Return all actions, the newest first, read beside the collector; raise StateError if they can't be read."""
    with reading(state_folder, "actions") as connection:
        return [] if connection is None else all_actions(connection)


def actions_with(connection: sqlite3.Connection, statuses: Sequence[str]) -> list[ActionRow]:
    """Return the actions that have one of these statuses, the newest first."""
    marks = ", ".join("?" * len(statuses))
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM actions WHERE status IN ({marks}) ORDER BY requested DESC, id",  # noqa: S608 - names of ours
        tuple(statuses),
    )
    return [ActionRow(*row) for row in rows]


def read_waiting(state_folder: Path) -> list[WaitingAudit]:
    """Return what waits for each output, read beside the collector; raise StateError if it can't be read."""
    with reading(state_folder, "spools") as connection:
        if connection is None:
            return []
        rows = connection.execute(
            f"SELECT output, count(*), min(time) FROM spooled WHERE stream = '{AUDIT_STREAM}'"  # noqa: S608 - as the index has it
            " GROUP BY output ORDER BY output"
        )
        return [WaitingAudit(output, count, datetime.fromisoformat(since)) for output, count, since in rows]
