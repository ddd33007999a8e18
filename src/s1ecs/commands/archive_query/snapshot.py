"""Store and archive at one moment: which files a stream has, and which documents the store has of their days."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Lock

from s1ecs.errors import StateError
from s1ecs.outputs.archive.names import ArchivedDay, files_in
from s1ecs.state.sqlite.database import FILE_NAME, connect_for_reading, explained


@dataclass(frozen=True)
class StreamFiles:
    """Files of a stream, as absolute paths: those of days that the store has nothing of, and the others.

    `stored` are (console, id) of the store's documents of these other days, the console by its name in the archive.
    """

    alone: Sequence[str]
    shared: Sequence[str]
    stored: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Snapshot:
    """The store as it was when this was made, and the archive's files, which were listed after that.

    So a document that is just being moved is in one of them at least.
    """

    connection: sqlite3.Connection
    lock: Lock
    folder: Path
    files: Sequence[ArchivedDay]

    def of_stream(self, stream: str) -> StreamFiles:
        """Return the files of a stream."""
        names = self._present_names()
        alone: list[str] = []
        shared: list[str] = []
        stored = set[tuple[str, str]]()
        for each in self.files:
            if each.day.stream == stream:
                ids = self._ids(each, names.get(each.name, each.day.console))
                stored.update((each.day.console, identity) for identity in ids)
                (shared if ids else alone).append(str(self.folder / each.name))
        return StreamFiles(alone, shared, sorted(stored))

    def _present_names(self) -> dict[str, str]:
        """Return the console's present name by the name of the file, which has the one of its time."""
        there = self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'archive_files'").fetchone()
        return {} if there is None else dict(self.connection.execute("SELECT name, console FROM archive_files"))

    def _ids(self, file: ArchivedDay, console: str) -> list[str]:
        """Return the ids of the store's documents of a file's day."""
        try:
            end = (date.fromisoformat(file.day.day) + timedelta(days=1)).isoformat()
        except (ValueError, OverflowError):
            end = ":"  # behind all digits
        rows = self.connection.execute(
            "SELECT id FROM documents WHERE stream = ? AND console = ? AND time >= ? AND time < ?",
            (file.day.stream, console, file.day.day, end),
        )
        return [row[0] for row in rows]


@contextmanager
def snapshot(state_folder: Path, folder: Path) -> Iterator[Snapshot]:
    """Open the store without any right to change it, and list the archive's files; raise StateError."""
    path = state_folder / FILE_NAME
    with closing(connect_for_reading(path, any_thread=True)) as connection, explained(path):
        connection.isolation_level = None
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        try:
            files = list(files_in(folder))
        except OSError as error:
            raise StateError(f"{folder}: can't be read ({error.strerror}); give s1ecs access to the archive") from None
        yield Snapshot(connection, Lock(), folder, files)
