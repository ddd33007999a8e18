"""Documents that came since, counted by their row numbers; cheap enough to be asked once a second."""

import sqlite3
from collections.abc import Sequence

# Of more than these only the newest are counted: nobody reads so many, and counting must not cost the collector.
MOST_COUNTED = 50_000


def data_version(connection: sqlite3.Connection) -> int:
    """Return a number that is another one once somebody else committed."""
    [(version,)] = connection.execute("PRAGMA data_version").fetchall()
    return int(version)


def newest_row(connection: sqlite3.Connection) -> int:
    """Return the row number of the newest document, 0 where there is none."""
    [(row,)] = connection.execute("SELECT coalesce(max(rowid), 0) FROM documents").fetchall()
    return int(row)


def came(connection: sqlite3.Connection, after: int, until: int) -> Sequence[tuple[str, str, int]]:
    """Return (stream, console, number of documents) of the rows behind `after`, up to `until`."""
    rows = connection.execute(
        "SELECT stream, console, count(*) FROM documents WHERE rowid > ? AND rowid <= ? GROUP BY 1, 2",
        (max(after, until - MOST_COUNTED), until),
    )
    return [(str(stream), str(console), int(count)) for stream, console, count in rows]
