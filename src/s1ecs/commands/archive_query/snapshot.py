"""Store and archive at one moment: which files a stream has, and which documents the store has of their days."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Lock

from s1ecs.errors import StateError
from s1ecs.outputs.archive.marker import require_marker
from s1ecs.outputs.archive.names import ArchivedDay, files_in
from s1ecs.state.sqlite.database import FILE_NAME, connect_for_reading, explained


@dataclass(frozen=True)
class Cold:
    """Files, as absolute paths, of one console that was renamed since, to `renamed`; None: those that were not."""

    renamed: str | None
    paths: Sequence[str]


@dataclass(frozen=True)
class StreamFiles:
    """Files of a stream: those whose documents are nowhere else, and the others.

    `stored` are (console, id) of documents in the store which these others may have, too, by the present names.
    """

    alone: Sequence[Cold]
    shared: Sequence[Cold]
    stored: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Snapshot:
    """The store as it was when this was made, and the archive's files, which were listed after that.

    So a document that is just being moved is in one of them at least. `missing`: number of files that are not there,
    though documents were moved there.
    """

    connection: sqlite3.Connection
    lock: Lock
    folder: Path
    files: Sequence[ArchivedDay]
    missing: int

    def of_stream(self, stream: str) -> StreamFiles:
        """Return the files of a stream."""
        names = _recorded_files(self.connection)
        stored = set[tuple[str, str]]()
        elsewhere = set[str]()
        for name, console, identity in self.connection.execute(_ALSO_STORED, (stream,)):
            stored.add((console, identity))
            elsewhere.add(name)
        elsewhere.update(row[0] for row in self.connection.execute(_RECORDED_TWICE, (stream,)))
        mine = [each for each in self.files if each.day.stream == stream]
        days = Counter((names.get(each.name, each.day.console), each.day.day) for each in mine)
        alone = defaultdict[str | None, list[str]](list)
        shared = defaultdict[str | None, list[str]](list)
        for each in mine:
            console = names.get(each.name, each.day.console)
            # A file that is not recorded yet, or whose documents are just being removed.
            ids = self._ids(each, console)
            stored.update((console, identity) for identity in ids)
            others = ids or each.name in elsewhere or days[console, each.day.day] > 1
            renamed = None if console == each.day.console else console
            (shared if others else alone)[renamed].append(str(self.folder / each.name))
        return StreamFiles(_cold(alone), _cold(shared), sorted(stored))

    def _ids(self, file: ArchivedDay, console: str) -> list[str]:
        """Return the ids of the store's documents of a file's day."""
        try:
            end = (date.fromisoformat(file.day.day) + timedelta(days=1)).isoformat()
        except (ValueError, OverflowError):
            end = ":"  # behind all digits
        rows = self.connection.execute(
            "SELECT id FROM documents WHERE stream = ?1 AND time >= ?3 AND time < ?4"
            " AND console IN (?2, (SELECT moving FROM consoles WHERE name = ?2))",
            (file.day.stream, console, file.day.day, end),
        )
        return [row[0] for row in rows]


# An entity that returns to an archived state has the same id at another time.
_ALSO_STORED = """
    SELECT archive_files.name, archive_files.console, archived.id
    FROM documents JOIN archived ON archived.id = documents.id
    JOIN archive_files ON archive_files.number = archived.file
    WHERE documents.stream = ? AND archive_files.stream = documents.stream
    AND archive_files.console IN (documents.console, (SELECT name FROM consoles WHERE moving = documents.console))
"""
_RECORDED_TWICE = """
    SELECT DISTINCT archive_files.name FROM archived JOIN archive_files ON archive_files.number = archived.file
    WHERE archived.id IN (SELECT id FROM archived GROUP BY id HAVING count(*) > 1) AND archive_files.stream = ?
"""


def _cold(paths: Mapping[str | None, Sequence[str]]) -> list[Cold]:
    return [Cold(renamed, found) for renamed, found in paths.items()]


def _recorded_files(connection: sqlite3.Connection, condition: str = "") -> dict[str, str]:
    """Return the present name of each file's console; the file has the one of its time."""
    return dict(connection.execute(f"SELECT name, console FROM archive_files {condition}"))  # noqa: S608 - texts of ours


@contextmanager
def snapshot(state_folder: Path, folder: Path) -> Iterator[Snapshot]:
    """Open the store without any right to change it, and list the archive's files; raise StateError."""
    path = state_folder / FILE_NAME
    with closing(connect_for_reading(path, any_thread=True)) as connection, explained(path):
        connection.isolation_level = None
        connection.execute("BEGIN")
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'archive_files'").fetchone() is None:
            raise StateError(f"{path}: of an earlier s1ecs, which had no archive; run s1ecs collect first")
        expected = _recorded_files(connection, "WHERE documents > 0")
        try:
            if expected:
                require_marker(folder)
            files = list(files_in(folder))
        except OSError as error:
            where = error.filename or folder
            raise StateError(f"{where}: can't be read ({error.strerror}); give s1ecs access to the archive") from None
        missing = expected.keys() - {each.name for each in files}
        yield Snapshot(connection, Lock(), folder, files, len(missing))
