"""Archiving in the state database: documents leave it in small steps, and their ids stay known."""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from functools import partial

from s1ecs.records import dumps
from s1ecs.state.archiving import (
    ArchiveFile,
    ChangedMeanwhile,
    DayPage,
    FoundDay,
    StoredDocument,
    StreamDay,
    TakenOut,
)
from s1ecs.state.retention import PruneCursor, Stopwatch
from s1ecs.state.sqlite.database import Database

# A step keeps everybody else from the database.
_STEP_SECONDS = 0.02
_LOOKED_AT = 50
_PAGE = 200

# A console that was renamed has documents under its former name until they were moved.
_LATEST = (
    "EXISTS (SELECT 1 FROM things INDEXED BY things_by_id"
    " WHERE things.console IN (documents.console, (SELECT name FROM consoles WHERE moving = documents.console))"
    " AND (things.stream, things.id) = (documents.stream, documents.id))"
)
_RECORDED = (
    "(SELECT min(archive_files.number) FROM archived CROSS JOIN archive_files ON archive_files.number = archived.file"
    " WHERE archived.id = documents.id AND archive_files.day = ?"
    " AND (archive_files.console, archive_files.stream) = (documents.console, documents.stream))"
)
_OF_DAY = "documents.stream = ? AND console = ? AND time >= ? AND time < ? AND substr(time, 1, 10) = ?"


class SqliteArchiving:
    """The steps of archiving in one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begun(self) -> bool:
        """Return True if a file was ever recorded."""
        return await self._database.run(_begun)

    async def next_day(
        self, place: PruneCursor, before: str, done: Collection[StreamDay], clock: Stopwatch
    ) -> FoundDay:
        """Look for documents that can be archived."""
        return await self._database.run(partial(next_day, place=place, before=before, done=done, clock=clock))

    async def files(self, day: StreamDay) -> Sequence[ArchiveFile]:
        """Return the files of a day that are recorded."""
        return await self._database.run(partial(_files, day=day))

    async def begin(self, day: StreamDay, name: str) -> ArchiveFile:
        """Record a file."""
        return await self._database.run(partial(_begin, day=day, name=name))

    async def forget(self, file: ArchiveFile) -> bool:
        """Delete the record of a file; return False where it must stay."""
        return await self._database.run(partial(_forget, file=file))

    async def finish(self, file: ArchiveFile) -> None:
        """Record that the documents of this file were compared with the store."""
        await self._database.run(partial(_finish, file=file))

    async def page(self, day: StreamDay, place: PruneCursor) -> DayPage:
        """Return the next documents of a day."""
        return await self._database.run(partial(_page, day=day, place=place))

    async def differing(self, day: StreamDay, documents: Sequence[tuple[str, str]]) -> int:
        """Count those that the store does not have in exactly this form."""
        return await self._database.run(partial(_differing, day=day, documents=documents))

    async def take_out(
        self,
        day: StreamDay,
        file: ArchiveFile,
        documents: Sequence[tuple[str, str]],
        clock: Stopwatch,
        is_there: Callable[[], bool],
    ) -> TakenOut:
        """Remove the first of these documents."""
        # The file is flushed: what a power cut undoes is done again.
        work = partial(_take_out, day=day, file=file, documents=documents, clock=clock, is_there=is_there)
        return await self._database.run(work, durable=False)


def archived_among(connection: sqlite3.Connection, console: str, stream: str, ids: Sequence[str]) -> frozenset[str]:
    """Return those of `ids` whose documents are in the archive."""
    rows = connection.execute(
        "SELECT archived.id FROM archived JOIN archive_files ON archive_files.number = archived.file"
        " WHERE (console, stream) = (?, ?) AND archived.id IN (SELECT value FROM json_each(?))",
        (console, stream, dumps(list(ids)).decode()),
    )
    return frozenset(row[0] for row in rows)


def file_with(connection: sqlite3.Connection, identity: str) -> str | None:
    """Return the name of an archived document's file, of several the first; None if it is not in the archive."""
    if not _is_there(connection):
        return None
    found = connection.execute(
        "SELECT name FROM archived JOIN archive_files ON archive_files.number = archived.file"
        " WHERE archived.id = ? ORDER BY number",
        (identity,),
    ).fetchone()
    return None if found is None else str(found[0])


def _is_there(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'archive_files'").fetchone() is not None


def count_archived(connection: sqlite3.Connection) -> int:
    """Count the documents in the archive; 0 in a state of an s1ecs that had none yet."""
    if not _is_there(connection):
        return 0
    [(number,)] = connection.execute("SELECT coalesce(sum(documents), 0) FROM archive_files")
    return int(number)


_MOVING = "SELECT moving, name FROM consoles WHERE moving IS NOT NULL"


def _require_unmoved(connection: sqlite3.Connection, day: StreamDay) -> None:
    """Raise ChangedMeanwhile while the day's console is being renamed."""
    if any(day.console in names for names in connection.execute(_MOVING)):
        raise ChangedMeanwhile(f"{day}: its console is being renamed; the day is archived later")


def _begun(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_sequence WHERE name = 'archive_files'").fetchone() is not None


def next_day(
    connection: sqlite3.Connection, place: PruneCursor, before: str, done: Collection[StreamDay], clock: Stopwatch
) -> FoundDay:
    """Look for documents that can be archived, for some hundredths of a second."""
    began = clock()
    moving = {each for row in connection.execute(_MOVING) for each in row}
    while clock() - began < _STEP_SECONDS:
        rows = _looked_at(connection, "time = ? AND rowid > ?", place, before)
        if len(rows) < _LOOKED_AT:
            rows += _looked_at(connection, "time > ?", place[:1], before)
        if not rows:
            return FoundDay(None, None)
        for time, row, stream, console, latest in rows:
            day = StreamDay(stream, console, time[:10])
            if not latest and console not in moving and day not in done and _is_day(day.day):
                return FoundDay(day, place)
            place = PruneCursor(time, row)
    return FoundDay(None, place)


def _looked_at(
    connection: sqlite3.Connection, where: str, values: tuple[str | int, ...], before: str
) -> list[tuple[str, int, str, str, int]]:
    return connection.execute(
        f"SELECT time, rowid, stream, console, {_LATEST} FROM documents"  # noqa: S608 - texts of ours
        f" WHERE {where} AND time < ? ORDER BY time, rowid LIMIT {_LOOKED_AT}",
        (*values, before),
    ).fetchall()


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _range(day: StreamDay) -> tuple[str, ...]:
    """Return the values of _OF_DAY."""
    try:
        end = (date.fromisoformat(day.day) + timedelta(days=1)).isoformat()
    except OverflowError:
        end = ":"  # behind all digits
    return (day.stream, day.console, day.day, end, day.day)


def _files(connection: sqlite3.Connection, day: StreamDay) -> list[ArchiveFile]:
    rows = connection.execute(
        "SELECT number, name, console, finished FROM archive_files WHERE (stream, day) = (?, ?) ORDER BY number",
        (day.stream, day.day),
    )
    return [ArchiveFile(number, name, console, bool(finished)) for number, name, console, finished in rows]


def _begin(connection: sqlite3.Connection, day: StreamDay, name: str) -> ArchiveFile:
    cursor = connection.execute(
        "INSERT INTO archive_files (stream, console, day, name) VALUES (?, ?, ?, ?)", (*day, name)
    )
    return ArchiveFile(int(cursor.lastrowid or 0), name, day.console, finished=False)


def _forget(connection: sqlite3.Connection, file: ArchiveFile) -> bool:
    cursor = connection.execute("DELETE FROM archive_files WHERE number = ? AND documents = 0", (file.number,))
    if cursor.rowcount == 0:
        _finish(connection, file)
    return cursor.rowcount > 0


def _finish(connection: sqlite3.Connection, file: ArchiveFile) -> None:
    connection.execute("UPDATE archive_files SET finished = 1 WHERE number = ?", (file.number,))


def _page(connection: sqlite3.Connection, day: StreamDay, place: PruneCursor) -> DayPage:
    _require_unmoved(connection, day)
    rows = connection.execute(
        f"SELECT time, rowid, id, document, {_RECORDED} FROM documents WHERE {_OF_DAY}"  # noqa: S608 - texts of ours
        f" AND (time, rowid) > (?, ?) AND NOT {_LATEST} ORDER BY time, rowid LIMIT {_PAGE}",
        (day.day, *_range(day), *place),
    ).fetchall()
    found = [StoredDocument(PruneCursor(time, row), name, text, file) for time, row, name, text, file in rows]
    return DayPage(found, PruneCursor(*rows[-1][:2]) if rows else None)


def _differing(connection: sqlite3.Connection, day: StreamDay, documents: Sequence[tuple[str, str]]) -> int:
    _require_unmoved(connection, day)
    return sum(
        row is None or row[1] != text for text, row in ((text, _row(connection, day, each)) for each, text in documents)
    )


def _take_out(  # noqa: PLR0917 - see the Protocol
    connection: sqlite3.Connection,
    day: StreamDay,
    file: ArchiveFile,
    documents: Sequence[tuple[str, str]],
    clock: Stopwatch,
    is_there: Callable[[], bool],
) -> TakenOut:
    """Remove documents: the only place where archiving does so."""
    _require_unmoved(connection, day)
    owner = connection.execute("SELECT console FROM archive_files WHERE number = ?", (file.number,)).fetchone()
    if owner != (day.console,):
        raise ChangedMeanwhile(f"{day}: its console was renamed; the day is archived later")
    if not is_there():
        raise ChangedMeanwhile(f"{day}: its file {file.name} is gone; the documents stay in the store")
    began = clock()
    done = removed = differing = noted = 0
    for identity, text in documents:
        if done and clock() - began >= _STEP_SECONDS:
            break
        done += 1
        row = _row(connection, day, identity)
        if row is not None and row[1] != text:
            differing += 1
            continue
        # Also of a latest state: it tells which file to compare with once it is superseded.
        note = connection.execute("INSERT OR IGNORE INTO archived (id, file) VALUES (?, ?)", (identity, file.number))
        noted += note.rowcount
        if row is not None and not row[2]:
            connection.execute("DELETE FROM documents WHERE rowid = ?", row[:1])
            removed += 1
    connection.execute("UPDATE archive_files SET documents = documents + ? WHERE number = ?", (noted, file.number))
    return TakenOut(done, removed, differing)


def _row(connection: sqlite3.Connection, day: StreamDay, identity: str) -> tuple[int, str, int] | None:
    """Return the row of a document: its number, its text, and 1 if it is a latest state."""
    row: tuple[int, str, int] | None = connection.execute(
        f"SELECT rowid, document, {_LATEST} FROM documents WHERE (console, stream, id) = (?, ?, ?)",  # noqa: S608 - texts of ours
        (day.console, day.stream, identity),
    ).fetchone()
    return row
