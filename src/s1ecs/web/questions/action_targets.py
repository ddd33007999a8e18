"""Documents that actions are about: their hosts, threats and alerts; and the actions that documents report."""

import sqlite3
from collections.abc import Sequence

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.store.stream_table import quoted
from s1ecs.state.journal import ActionRow
from s1ecs.state.sqlite.actions import action_of

_ROW = "(SELECT rowid FROM documents WHERE (console, stream, id) = (?, ?, ?))"


def named_objects(
    connection: sqlite3.Connection, stream: str, columns: Sequence[str], documents: Sequence[tuple[str, str]]
) -> list[str | None]:
    """Return for each document (console, id) the first value of the columns.

    None: there is no such document; "": it has no value in any of them.
    """
    table = store_tables()[stream]
    there = {name for name, _ in table.columns}
    values = ", ".join(f"nullif({quoted(name)}, '')" for name in columns if name in there)
    statement = f"SELECT coalesce({values or 'NULL'}, '', '') FROM {quoted(table.rows)} WHERE row = {_ROW}"
    found = []
    for console, identity in documents:
        row = connection.execute(statement, (console, stream, identity)).fetchone()
        found.append(None if row is None else str(row[0]))
    return found


def reported_action(connection: sqlite3.Connection, document: str) -> str | None:
    """Return the id of the action that a document of the audit trail reports; None where there is no such document."""
    row = connection.execute("SELECT action_id FROM response_action_rows WHERE id = ? LIMIT 1", (document,)).fetchone()
    return None if row is None or row[0] is None else str(row[0])


def documents_of_action(connection: sqlite3.Connection, action: str) -> list[dict[str, object]]:
    """Return what the documents of the audit trail say of an action, the newest first."""
    names = ("console", "time", "action", "state", "status", "host", "target", "user", "reason", "comment")
    rows = connection.execute(
        f"SELECT {', '.join(map(quoted, names))} FROM response_action_rows WHERE action_id = ?"
        " ORDER BY time DESC, row DESC LIMIT 10",
        (action,),
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def actions_of_batch(connection: sqlite3.Connection, batch: str) -> list[ActionRow]:
    """Return the actions of a batch from the journal, in the order in which they were requested."""
    found = connection.execute(
        "SELECT id FROM actions WHERE json_extract(about, '$.details.batch') = ? ORDER BY requested, id", (batch,)
    ).fetchall()
    return [row for (identity,) in found if (row := action_of(connection, identity)) is not None]
