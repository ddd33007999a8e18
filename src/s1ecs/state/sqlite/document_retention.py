"""Pruning of the documents in the state database."""

import sqlite3

from s1ecs.state.retention import PruneCursor, Stepped, Stopwatch

# A step keeps everybody else from the database.
_STEP_SECONDS = 0.02
_DOCUMENTS_AT_ONCE = 20
_PAGES_AT_ONCE = 20

_PRUNED_UNTIL = "pruned_until"


def prune_step(
    connection: sqlite3.Connection, place: PruneCursor, before: str | None, size: int | None, clock: Stopwatch
) -> Stepped:
    """Remove some documents behind `place`: those from before `before`, and any while over `size` bytes are used.

    Takes some hundredths of a second, whatever there is to do.
    """
    began = clock()
    removed = 0
    while clock() - began < _STEP_SECONDS:
        over = size is not None and used_bytes(connection) > size
        if not over and before is None:
            return Stepped(removed, None)
        rows = _next(connection, place, None if over else before)
        if not rows:
            return Stepped(removed, None)
        old = [(row.row,) for row, latest in rows if not latest]
        connection.executemany("DELETE FROM documents WHERE rowid = ?", old)
        removed += len(old)
        place = rows[-1][0]
        if old:
            connection.execute(
                "INSERT INTO about (name, value) VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET value = max(value, excluded.value)",
                (_PRUNED_UNTIL, place.time),
            )
    return Stepped(removed, place)


def give_back(connection: sqlite3.Connection, clock: Stopwatch) -> bool:
    """Return some of the free space in the file to the disk; tell whether there is more.

    A database that was made before there was retention has it all given back when it is compacted.
    """
    if not gives_back(connection):
        return False
    began = clock()
    while clock() - began < _STEP_SECONDS:
        if not _number(connection, "freelist_count"):
            return False
        connection.execute(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})").fetchall()
    return True


def gives_back(connection: sqlite3.Connection) -> bool:
    """Tell whether the file can become smaller step by step."""
    incremental = 2
    return _number(connection, "auto_vacuum") == incremental


def used_bytes(connection: sqlite3.Connection) -> int:
    """Return the bytes in use, except for what waits in spools, which must not cost the store any document."""
    pages = _number(connection, "page_count") - _number(connection, "freelist_count")
    page_size = _number(connection, "page_size")
    # A row that does not fit behind another leaves free at most half a page.
    (waiting,) = connection.execute(
        "SELECT coalesce(sum(bytes + documents * ? / 2), 0) FROM spools", (page_size,)
    ).fetchone()
    return max(0, pages * page_size - int(waiting))


def free_bytes(connection: sqlite3.Connection) -> int:
    """Return the free bytes in the file."""
    return _number(connection, "freelist_count") * _number(connection, "page_size")


def pruned_until(connection: sqlite3.Connection) -> str | None:
    """Return the greatest time of a pruned document; up to it documents may be missing. None: none was pruned."""
    row = connection.execute("SELECT value FROM about WHERE name = ?", (_PRUNED_UNTIL,)).fetchone()
    return None if row is None else str(row[0])


def _next(connection: sqlite3.Connection, place: PruneCursor, before: str | None) -> list[tuple[PruneCursor, bool]]:
    """Return the next documents behind a place, oldest first, each with whether it is the latest state of an entity."""
    rows = _looked_at(connection, "time = ? AND rowid > ?", place)
    if len(rows) < _DOCUMENTS_AT_ONCE:
        rows += _looked_at(connection, "time > ?", place[:1])
    return [row for row in rows if before is None or row[0].time < before]


def _looked_at(
    connection: sqlite3.Connection, where: str, values: tuple[str | int, ...]
) -> list[tuple[PruneCursor, bool]]:
    rows = connection.execute(
        "SELECT time, rowid, EXISTS ("  # noqa: S608 - our own two conditions
        "   SELECT 1 FROM things"
        "   WHERE (things.console, things.stream, things.id) = (documents.console, documents.stream, documents.id)"
        f" ) FROM documents WHERE {where} ORDER BY time, rowid LIMIT {_DOCUMENTS_AT_ONCE}",
        values,
    )
    return [(PruneCursor(time, row), bool(latest)) for time, row, latest in rows]


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
