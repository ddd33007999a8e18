"""What the store keeps, and the small steps in which it lets go of the rest, oldest documents first.

The latest state of a thing of an inventory stays whatever its age: it is what the console still has, and would not be
delivered again.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

# Told in seconds, from any beginning.
Clock = Callable[[], float]

# A step keeps everybody else from the database.
_STEP_SECONDS = 0.02
_DOCUMENTS_AT_ONCE = 20
_PAGES_AT_ONCE = 20

_PRUNED_UNTIL = "pruned_until"


@dataclass(frozen=True)
class Keep:
    """Documents of the last so many days, and so many bytes; None: whatever there is."""

    days: int | None = None
    size: int | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is ever pruned."""
        return self.days is None and self.size is None


class Place(NamedTuple):
    """How far documents were looked at, in the order of their times."""

    time: str = ""
    row: int = 0


class Stepped(NamedTuple):
    """What a step did: how many documents it removed, and from where the next one goes on; None: nothing is left."""

    removed: int
    place: Place | None


def prune_step(
    connection: sqlite3.Connection, place: Place, before: str | None, size: int | None, clock: Clock
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


def give_back(connection: sqlite3.Connection, clock: Clock) -> bool:
    """Give some of what is free in the file back to the disk; whether there is more.

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
    """Whether the file can become smaller step by step."""
    incremental = 2
    return _number(connection, "auto_vacuum") == incremental


def used_bytes(connection: sqlite3.Connection) -> int:
    """What the database uses of its file but for what waits in spools, which is to cost the store no document."""
    pages = _number(connection, "page_count") - _number(connection, "freelist_count")
    page_size = _number(connection, "page_size")
    # A row that does not fit behind another leaves free at most half a page.
    (waiting,) = connection.execute(
        "SELECT coalesce(sum(bytes + documents * ? / 2), 0) FROM spools", (page_size,)
    ).fetchone()
    return max(0, pages * page_size - int(waiting))


def free_bytes(connection: sqlite3.Connection) -> int:
    """What of the file is free for what comes."""
    return _number(connection, "freelist_count") * _number(connection, "page_size")


def pruned_until(connection: sqlite3.Connection) -> str | None:
    """The greatest time of a document that was ever pruned; up to it documents may be missing here. None: none was."""
    row = connection.execute("SELECT value FROM about WHERE name = ?", (_PRUNED_UNTIL,)).fetchone()
    return None if row is None else str(row[0])


def _next(connection: sqlite3.Connection, place: Place, before: str | None) -> list[tuple[Place, bool]]:
    """The next documents behind a place, oldest first, each with whether it is the latest state of a thing."""
    rows = _looked_at(connection, "time = ? AND rowid > ?", place)
    if len(rows) < _DOCUMENTS_AT_ONCE:
        rows += _looked_at(connection, "time > ?", place[:1])
    return [row for row in rows if before is None or row[0].time < before]


def _looked_at(connection: sqlite3.Connection, where: str, values: tuple[str | int, ...]) -> list[tuple[Place, bool]]:
    rows = connection.execute(
        "SELECT time, rowid, EXISTS ("  # noqa: S608 - our own two conditions
        "   SELECT 1 FROM things"
        "   WHERE (things.console, things.stream, things.id) = (documents.console, documents.stream, documents.id)"
        f" ) FROM documents WHERE {where} ORDER BY time, rowid LIMIT {_DOCUMENTS_AT_ONCE}",
        values,
    )
    return [(Place(time, row), bool(latest)) for time, row, latest in rows]


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
