"""Response actions in the state database: a row each, which stays, and their documents until every output has them."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from s1ecs.state.reading import reading


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


class WaitingDocument(NamedTuple):
    """A document that waits for an output, by its number."""

    number: int
    console: str
    namespace: str
    id: str
    document: str


class WaitingAudit(NamedTuple):
    """How many documents wait for an output, and the time of the oldest."""

    output: str
    documents: int
    since: datetime


_COLUMNS = "id, console, action, requested, status, reason, finished, about, follow"


def add_action(connection: sqlite3.Connection, row: ActionRow) -> None:
    """Write a new action down."""
    connection.execute(f"INSERT INTO actions ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(row))  # noqa: S608 - names of ours


def change_action(connection: sqlite3.Connection, row: ActionRow) -> None:
    """Write an action's row anew."""
    identity, *values = astuple(row)
    connection.execute(
        f"UPDATE actions SET ({_COLUMNS.removeprefix('id, ')}) = (?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?",  # noqa: S608 - names of ours
        (*values, identity),
    )


def action_of(connection: sqlite3.Connection, identity: str) -> ActionRow | None:
    """The action of this id."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM actions WHERE id = ?", (identity,)).fetchone()  # noqa: S608 - names of ours
    return None if row is None else ActionRow(*row)


def all_actions(connection: sqlite3.Connection) -> list[ActionRow]:
    """Every action, the newest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM actions ORDER BY requested DESC, id")  # noqa: S608 - names of ours
    return [ActionRow(*row) for row in rows]


def add_document(connection: sqlite3.Connection, document: ActionDocument, outputs: Iterable[str]) -> None:
    """Let a document wait for these outputs, unless one of its id waits already."""
    cursor = connection.execute(
        "INSERT OR IGNORE INTO action_documents (action, console, namespace, id, document) VALUES (?, ?, ?, ?, ?)",
        document,
    )
    if cursor.rowcount:
        connection.executemany(
            "INSERT INTO action_deliveries (output, number) VALUES (?, ?)",
            [(output, cursor.lastrowid) for output in outputs],
        )
        _forget_taken(connection, [cursor.lastrowid or 0])


def outputs_waited_for(connection: sqlite3.Connection) -> frozenset[str]:
    """The outputs for which documents wait."""
    return frozenset(row[0] for row in connection.execute("SELECT DISTINCT output FROM action_deliveries"))


def read_waiting(state_folder: Path) -> list[WaitingAudit]:
    """What waits for which output, for whoever reads beside; raise StateError where it can't be read."""
    with reading(state_folder, "action_deliveries") as connection:
        if connection is None:
            return []
        rows = connection.execute(
            "SELECT output, count(*), min(coalesce(json_extract(document, '$.\"@timestamp\"'), requested))"
            " FROM action_deliveries JOIN action_documents USING (number)"
            " JOIN actions ON actions.id = action_documents.action GROUP BY output ORDER BY output"
        )
        return [WaitingAudit(output, count, datetime.fromisoformat(since)) for output, count, since in rows]


def documents_for(connection: sqlite3.Connection, output: str, most: int) -> list[WaitingDocument]:
    """The first documents that wait for an output, the oldest first."""
    rows = connection.execute(
        "SELECT number, console, namespace, id, document FROM action_deliveries JOIN action_documents USING (number)"
        " WHERE output = ? ORDER BY number LIMIT ?",
        (output, most),
    )
    return [WaitingDocument(*row) for row in rows]


def taken(connection: sqlite3.Connection, output: str, numbers: Sequence[int]) -> None:
    """Documents wait for this output no longer; they go where it was the last."""
    connection.executemany(
        "DELETE FROM action_deliveries WHERE (output, number) = (?, ?)", [(output, number) for number in numbers]
    )
    _forget_taken(connection, numbers)


def _forget_taken(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    connection.executemany(
        "DELETE FROM action_documents WHERE number = ?"
        " AND NOT EXISTS (SELECT 1 FROM action_deliveries WHERE action_deliveries.number = action_documents.number)",
        [(number,) for number in numbers],
    )
