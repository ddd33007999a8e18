"""The tables of the store for each stream, as its definition is now; older documents are filled in afterwards."""

import sqlite3

from s1ecs.errors import StateError
from s1ecs.outputs.store.definitions import definition, fingerprint, triggers_made
from s1ecs.outputs.store.discarded import discard
from s1ecs.outputs.store.statistics import forget_statistics
from s1ecs.outputs.store.stream_table import StreamTable, StreamTables, quoted
from s1ecs.outputs.store.views import make_views

# So many of the last documents must have rows; an older s1ecs beside this one stores documents without.
_LAST_DOCUMENTS = 1_000


def prepare(connection: sqlite3.Connection, tables: StreamTables) -> None:
    """Make what each stream needs; what is so already stays untouched.

    Takes as long whatever the number of documents: these are filled in, and what is outdated is removed, by steps.
    """
    for table in tables.values():
        _prepare(connection, table)
    _find_documents_without_rows(connection, tables)


def prepare_missing(connection: sqlite3.Connection, table: StreamTable, wanted: str) -> None:
    """Make what a stream needs where it has nothing; `wanted` is the fingerprint of its definition.

    Raise StateError where it has something else.
    """
    row = connection.execute("SELECT definition FROM stream_tables WHERE stream = ?", (table.stream,)).fetchone()
    if row is None:
        _prepare(connection, table)
    elif row[0] != wanted:
        raise StateError(
            f"the store keeps {table.stream} as another version of s1ecs does; end the processes of that version and "
            "restart this one"
        )


def mark_outdated(connection: sqlite3.Connection) -> None:
    """Have rows, counts and words of all streams built anew by the next `prepare`."""
    connection.execute("UPDATE stream_tables SET definition = ''")


def _prepare(connection: sqlite3.Connection, table: StreamTable) -> None:
    wanted = fingerprint(table)
    row = connection.execute("SELECT definition, below FROM stream_tables WHERE stream = ?", (table.stream,)).fetchone()
    if row is not None and row[0] == wanted:
        below = row[1]
    else:
        below = _make_anew(connection, table)
        connection.execute(
            "INSERT OR REPLACE INTO stream_tables (stream, definition, below) VALUES (?, ?, ?)",
            (table.stream, wanted, below),
        )
    make_views(connection, table, filled=below == 0)


def _make_anew(connection: sqlite3.Connection, table: StreamTable) -> int:
    """Return the row number below which documents have to be filled in; 0: there are none."""
    for name in triggers_made(table):
        connection.execute(f"DROP TRIGGER IF EXISTS {quoted(name)}")
    for view in filter(None, (table.stream, table.latest_view)):
        connection.execute(f"DROP VIEW IF EXISTS {quoted(view)}")
    discard(connection, table)
    forget_statistics(connection)
    connection.execute("DELETE FROM hourly_counts WHERE stream = ?", (table.stream,))
    for statement in definition(table):
        connection.execute(statement)
    [(below,)] = connection.execute(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM documents WHERE stream = ?)"
        " THEN (SELECT max(rowid) + 1 FROM documents) ELSE 0 END",
        (table.stream,),
    )
    return int(below)


def _find_documents_without_rows(connection: sqlite3.Connection, tables: StreamTables) -> None:
    for table in tables.values():
        row = connection.execute(
            "SELECT (SELECT max(rowid) + 1 FROM documents) FROM"
            " (SELECT rowid, stream FROM documents ORDER BY rowid DESC LIMIT ?1) AS last"
            " WHERE last.stream = ?2 AND last.rowid >= (SELECT below FROM stream_tables WHERE stream = ?2)"
            f" AND last.rowid NOT IN (SELECT row FROM {quoted(table.rows)}) LIMIT 1",
            (_LAST_DOCUMENTS, table.stream),
        ).fetchone()
        if row is not None:
            connection.execute("UPDATE stream_tables SET below = ? WHERE stream = ?", (row[0], table.stream))
            make_views(connection, table, filled=False)
