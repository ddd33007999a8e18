"""Documents of the store by their id, or by the id of the object that they are states of."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.store.stored_text import document_of_text
from s1ecs.outputs.store.stream_table import quoted

# The column with SentinelOne's id, which several documents share: states of one object.
OBJECT_KEYS: Mapping[str, str] = MappingProxyType(
    {"alert": "alert_id", "unified_alert": "alert_id", "threat": "threat_id", "agent": "agent_id"}
)
# So many states of an object are read at most, the newest.
MOST_STATES = 40
# Every console that has documents, each found by one step in the index.
_CONSOLES = """
    WITH RECURSIVE known(name) AS (
        SELECT min(console) FROM documents
        UNION ALL
        SELECT (SELECT min(console) FROM documents WHERE console > known.name) FROM known WHERE known.name IS NOT NULL
    )
    SELECT name FROM known WHERE name IS NOT NULL
"""


@dataclass(frozen=True)
class StoredItem:
    """A document of the store with its place; `document` is empty where its text cannot be read.

    `values` are the columns of its row, none where it has no row yet.
    """

    stream: str
    console: str
    id: str
    row: int
    time: str | None
    document: Mapping[str, Any]
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def object_id(self) -> str:
        """The id that SentinelOne gave to the object, "" where it is not known."""
        found = self.values.get(OBJECT_KEYS.get(self.stream, ""))
        return "" if found is None else str(found)


def rows_by(stream: str, column: str) -> str:
    """Return the table of a stream's rows, to be read by the index of a column.

    SQLite's statistics may be of a time when the table was small; by them, it would read all of it.
    """
    rows = store_tables()[stream].rows
    return f"{quoted(rows)} INDEXED BY {quoted(f'{rows}_by_{column}')}"


def visible_consoles(connection: sqlite3.Connection, visible: Sequence[str] | None) -> list[str]:
    """Return the consoles that have documents and are visible; None: all are."""
    known = [name for (name,) in connection.execute(_CONSOLES)]
    return known if visible is None else [name for name in known if name in set(visible)]


def find_items(
    connection: sqlite3.Connection, stream: str, identity: str, consoles: Sequence[str]
) -> Sequence[StoredItem]:
    """Find a document by its id, else the newest state of the object with that id; one for each console."""
    if not consoles:
        return []
    wanted = harmless_parameter(identity)
    rows = [
        number
        for console in consoles
        for (number,) in connection.execute(
            "SELECT rowid FROM documents WHERE console = ? AND stream = ? AND id = ?", (console, stream, wanted)
        )
    ]
    if not rows and stream in OBJECT_KEYS:
        rows = [state for console in consoles for state in _states(connection, stream, console, wanted)[:1]]
    return read_items(connection, stream, rows)


def states_of(connection: sqlite3.Connection, item: StoredItem) -> Sequence[StoredItem]:
    """Return the states of the object that a document is one of, the newest first, itself among them."""
    rows = _action_states(connection, item) if item.stream == "response_action" else []
    if item.object_id:
        rows = _states(connection, item.stream, item.console, item.object_id)
    items = read_items(connection, item.stream, rows)
    return items if any(each.row == item.row for each in items) else [*items, item]


def read_items(connection: sqlite3.Connection, stream: str, rows: Sequence[int]) -> Sequence[StoredItem]:
    """Read documents by the numbers of their rows, in that order."""
    table = store_tables()[stream]
    names = [name for name, _ in table.columns]
    select = f"SELECT {', '.join(map(quoted, names))} FROM {quoted(table.rows)} WHERE row = ?"
    found = []
    for row in rows:
        document = connection.execute(
            "SELECT console, id, time, document FROM documents WHERE rowid = ? AND stream = ?", (row, stream)
        ).fetchone()
        if document is not None:
            console, identity, time, text = document
            columns = connection.execute(select, (row,)).fetchone()
            values = dict(zip(names, columns, strict=True)) if columns else {}
            found.append(StoredItem(stream, console, identity, row, time, document_of_text(text) or {}, values))
    return found


def harmless_parameter(text: str) -> str:
    """Return a text that SQLite can take."""
    return text.encode("utf-8", "replace").decode()


def _states(connection: sqlite3.Connection, stream: str, console: str, object_id: str) -> list[int]:
    key = OBJECT_KEYS[stream]
    # The latest state of a host is the one that the inventory names, whatever the times say.
    order = "latest > 0 DESC, time DESC, row DESC" if stream == "agent" else "time DESC, row DESC"
    found = connection.execute(
        f"SELECT row FROM {rows_by(stream, key)} WHERE {quoted(key)} = ? AND console = ? ORDER BY {order}"
        f" LIMIT {MOST_STATES}",
        (object_id, console),
    )
    return [row for (row,) in found]


def _action_states(connection: sqlite3.Connection, item: StoredItem) -> list[int]:
    """Documents of a response action lie beside each other: all of them name the same host, or none."""
    if not (action := item.values.get("action_id")):
        return []
    found = connection.execute(
        f"SELECT row FROM {rows_by(item.stream, 'host')} WHERE host IS ? AND action_id = ? AND console = ?"
        f" ORDER BY time DESC, row DESC LIMIT {MOST_STATES}",
        (item.values.get("host"), action, item.console),
    )
    return [row for (row,) in found]
