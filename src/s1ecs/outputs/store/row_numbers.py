"""Numbers of documents, by which rows belong to them."""

import sqlite3

from s1ecs.outputs.store.stream_table import StreamTables, quoted


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
