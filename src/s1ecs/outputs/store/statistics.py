"""Statistics of the rows' indices, by which SQLite chooses the right one for a question."""

import sqlite3

from s1ecs.outputs.store.stream_table import TOTAL, StreamTable, StreamTables, quoted

# SQLite looks at so many rows of each index; more tell it little.
_LOOKED_AT = 400
_GROWN = 2
_LEAST_DOCUMENTS = 1_000
_ANALYZED = "rows_analyzed"


def forget_statistics(connection: sqlite3.Connection) -> None:
    """Have statistics made as soon as all rows are there: tables that are made anew have none."""
    connection.execute("DELETE FROM about WHERE name = ?", (_ANALYZED,))


def analyze_if_grown(connection: sqlite3.Connection, tables: StreamTables) -> None:
    """Make statistics where the store is twice as large as when it last had them; takes a tenth of a second."""
    [(newest,)] = connection.execute("SELECT coalesce(max(rowid), 0) FROM documents")
    row = connection.execute("SELECT value FROM about WHERE name = ?", (_ANALYZED,)).fetchone()
    if newest < max(_LEAST_DOCUMENTS, 0 if row is None else _GROWN * int(row[0])):
        return
    connection.execute(f"PRAGMA analysis_limit = {_LOOKED_AT}")
    for table in tables.values():
        connection.execute(f"ANALYZE {quoted(table.rows)}")
        _count(connection, table)
    # SQLite reads them again.
    connection.execute("ANALYZE sqlite_schema")
    connection.execute("INSERT OR REPLACE INTO about (name, value) VALUES (?, ?)", (_ANALYZED, str(newest)))


def _count(connection: sqlite3.Connection, table: StreamTable) -> None:
    """Give all indices the number of rows that there are.

    SQLite guesses it of each by the shape of its tree, tenfold wrong in those that were filled from the end, and then
    takes the index that seems the smallest for the fastest.
    """
    [(rows,)] = connection.execute(
        "SELECT coalesce(sum(count), 0) FROM hourly_counts WHERE (stream, dimension) = (?, ?)", (table.stream, TOTAL)
    )
    _write_number(connection, "tbl", table.rows, rows)
    if table.latest_view:
        [(latest,)] = connection.execute(f"SELECT count(*) FROM {quoted(table.rows)} WHERE latest")
        for name in table.latest_indices:
            _write_number(connection, "idx", name, latest)


def _write_number(connection: sqlite3.Connection, column: str, name: str, rows: int) -> None:
    connection.execute(
        f"UPDATE sqlite_stat1 SET stat = ?1 || substr(stat, instr(stat || ' ', ' ')) WHERE {column} = ?2",
        (max(1, rows), name),
    )
