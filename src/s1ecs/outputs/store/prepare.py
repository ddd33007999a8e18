"""The tables of the store for each stream, as its definition is now; older documents are filled in afterwards."""

import sqlite3

from s1ecs.outputs.store.definitions import definition, names_made
from s1ecs.outputs.store.stream_table import StreamTable, StreamTables, quoted
from s1ecs.outputs.store.views import make_views


def prepare(connection: sqlite3.Connection, tables: StreamTables) -> None:
    """Make what each stream needs; what is so already stays untouched. Takes no time for documents that are there."""
    for table in tables.values():
        _prepare(connection, table)


def prepare_missing(connection: sqlite3.Connection, table: StreamTable) -> None:
    """Make what a stream needs where nothing of it is there."""
    row = connection.execute("SELECT 1 FROM stream_tables WHERE stream = ?", (table.stream,)).fetchone()
    if row is None:
        _prepare(connection, table)


def unprepare(connection: sqlite3.Connection) -> None:
    """Have everything made anew by the next `prepare`."""
    connection.execute("UPDATE stream_tables SET definition = ''")


def rows_moved(connection: sqlite3.Connection, tables: StreamTables) -> bool:
    """Tell whether documents have other numbers than when their rows were written.

    SQLite keeps the numbers of a table with an index when it compacts a database, but does not promise it.
    """
    known = {stream for (stream,) in connection.execute("SELECT stream FROM stream_tables")}
    return any(
        connection.execute(
            f"SELECT 1 FROM {quoted(table.rows)} AS rows LEFT JOIN documents ON documents.rowid = rows.row"
            " WHERE documents.id IS NOT rows.id LIMIT 1"
        ).fetchone()
        for table in tables.values()
        if table.stream in known
    )


def _prepare(connection: sqlite3.Connection, table: StreamTable) -> None:
    statements = definition(table)
    wanted = "\n".join(statements)
    row = connection.execute("SELECT definition, below FROM stream_tables WHERE stream = ?", (table.stream,)).fetchone()
    if row is not None and row[0] == wanted:
        below = row[1]
    else:
        below = _make_anew(connection, table, statements)
        connection.execute(
            "INSERT OR REPLACE INTO stream_tables (stream, definition, below) VALUES (?, ?, ?)",
            (table.stream, wanted, below),
        )
    make_views(connection, table, filled=below == 0)


def _make_anew(connection: sqlite3.Connection, table: StreamTable, statements: list[str]) -> int:
    """Return the row number below which documents have to be filled in; 0: there are none."""
    for kind, name in names_made(table):
        connection.execute(f"DROP {kind} IF EXISTS {quoted(name)}")
    connection.execute("DELETE FROM hourly_counts WHERE stream = ?", (table.stream,))
    for statement in statements:
        connection.execute(statement)
    [(below,)] = connection.execute(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM documents WHERE stream = ?)"
        " THEN (SELECT max(rowid) + 1 FROM documents) ELSE 0 END",
        (table.stream,),
    )
    return int(below)
