"""Documents of the store in the order in which they came, read beside the collector: each once, none missed."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from s1ecs.errors import StateError
from s1ecs.records import dumps
from s1ecs.state.sqlite.database import connect_for_reading, explained, interruptible
from s1ecs.state.sqlite.replaced_file import OpenFiles

_MOST_AT_ONCE = 200
_REMEMBERED = 2_000
# Rows that are compared to see whether the place is what it was. One is not enough: where the newest rows were removed,
# others get their numbers, and the newest document may come again just where it was.
_COMPARED = 50


class DocumentKey(NamedTuple):
    """Identity of a document in the store."""

    console: str
    stream: str
    id: str


class Arrival(NamedTuple):
    """A document that came; `document` is JSON."""

    key: DocumentKey
    time: str | None
    document: str


class Arrivals:
    """New documents of the streams (all, if empty), beside whoever writes, compacts or replaces the file.

    The place is the row of the newest document that was read. The last documents are remembered by their keys. Where
    the place is not what it was, because the store was compacted, documents were removed or a backup was restored,
    reading resumes behind the first remembered document that is still there, and skips the remembered ones. `notice`
    gets a sentence where none is left, or while the file is missing.
    """

    def __init__(
        self, path: Path, streams: Sequence[str], notice: Callable[[str], None], remembered: int = _REMEMBERED
    ) -> None:
        self._path = path
        self._streams = list(streams)
        self._wanted = dumps(self._streams).decode()
        self._notice = notice
        self._most = remembered
        # The last rows that were read, with stream and id: their console may be renamed.
        self._rows: deque[tuple[int, str, str]] = deque(maxlen=_COMPARED)
        # In the order in which they came.
        self._known: dict[DocumentKey, None] = {}
        # True as long as every document that the store ever had since the start is remembered.
        self._knows_all = True
        self._missing = False
        self._version = -1
        self._open()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def last(self, count: int) -> list[Arrival]:
        """Return the last documents, the oldest first; `next` resumes behind them. To be called once, at first."""
        with self._snapshot():
            self._begin_at_the_end()
            rows = self._connection.execute(*self._last_rows(count)).fetchall()
        return [Arrival(DocumentKey(*key), time, document) for *key, time, document in reversed(rows)]

    def next(self) -> list[Arrival]:
        """Return some documents that came since, in their order; empty: there are no more for now."""
        while self._is_changed():
            with self._snapshot():
                [(version,)] = self._connection.execute("PRAGMA data_version").fetchall()
                rows = self._connection.execute(
                    "SELECT rowid, console, stream, id, time,"
                    " CASE WHEN ?2 = '[]' OR stream IN (SELECT value FROM json_each(?2)) THEN document END"
                    " FROM documents WHERE rowid > ?1 ORDER BY rowid LIMIT ?3",
                    (self._place(), self._wanted, _MOST_AT_ONCE),
                ).fetchall()
            if not rows:
                self._version = version
            elif found := self._taken(rows):
                return found
        return []

    def _last_rows(self, count: int) -> tuple[str, tuple[object, ...]]:
        columns = "SELECT console, stream, id, time, document FROM documents"
        if not self._streams:
            return f"{columns} ORDER BY rowid DESC LIMIT ?", (count,)
        # `+rowid` lets SQLite use the index of streams: a stream with few documents is not searched among all others.
        newest = (
            "SELECT rowid FROM documents WHERE stream IN (SELECT value FROM json_each(?)) ORDER BY +rowid DESC LIMIT ?"
        )
        return f"{columns} WHERE rowid IN ({newest}) ORDER BY rowid DESC", (self._wanted, count)

    def _begin_at_the_end(self) -> None:
        """Remember the last documents, and set the place behind them."""
        newest = self._connection.execute(
            "SELECT rowid, console, stream, id FROM documents ORDER BY rowid DESC LIMIT ?", (self._most,)
        ).fetchall()
        self._knows_all = len(newest) < self._most
        self._known = {DocumentKey(*key): None for _, *key in reversed(newest)}
        self._rows.clear()
        self._rows.extend((row, stream, identity) for row, _, stream, identity in reversed(newest))

    def _taken(self, rows: list[tuple[int, str, str, str, str | None, str | None]]) -> list[Arrival]:
        """Move the place behind rows; return those that are new and wanted."""
        found = []
        for row, console, stream, identity, time, document in rows:
            key = DocumentKey(console, stream, identity)
            if key not in self._known and document is not None:
                found.append(Arrival(key, time, document))
            # A remembered one that is passed again is now the newest.
            self._known.pop(key, None)
            self._known[key] = None
            self._rows.append((row, stream, identity))
        while len(self._known) > self._most:
            del self._known[next(iter(self._known))]
            self._knows_all = False
        return found

    def _place(self) -> int:
        """Return the row behind which documents are new, or remembered."""
        if not self._known:
            return 0
        if not self._is_in_place():
            self._move()
        return self._rows[-1][0] if self._rows else 0

    def _move(self) -> None:
        """Move the place to the first remembered document that is there."""
        rows = [(row, key.stream, key.id) for key in self._known if (row := self._row_of(key)) is not None]
        self._rows.clear()
        if rows:
            self._rows.append(min(rows))
        elif not self._knows_all:
            self._notice(
                f"{self._path}: none of the last {len(self._known)} documents is there any more; continuing with those "
                "that come from now on"
            )
            self._begin_at_the_end()

    def _is_in_place(self) -> bool:
        """Tell whether the last rows are what they were."""
        if not self._rows:
            return False
        there = self._connection.execute(
            "SELECT rowid, stream, id FROM documents WHERE rowid BETWEEN ? AND ? ORDER BY rowid",
            (self._rows[0][0], self._rows[-1][0]),
        )
        return there.fetchall() == list(self._rows)

    def _row_of(self, key: DocumentKey) -> int | None:
        row = self._connection.execute(
            "SELECT rowid FROM documents WHERE (console, stream, id) = (?, ?, ?)", key
        ).fetchone()
        return None if row is None else int(row[0])

    def _is_changed(self) -> bool:
        """Tell whether there may be new documents; open the file anew where another one is at its path."""
        try:
            replaced = self._files.replaced()
        except StateError as error:
            if not self._missing:
                self._notice(str(error))
            self._missing = True
            return False
        if replaced:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._open()
            self._rows.clear()
        self._missing = False
        with explained(self._path):
            [(version,)] = self._connection.execute("PRAGMA data_version").fetchall()
        return bool(version != self._version)

    def _open(self) -> None:
        # Before it is opened: if it is replaced meanwhile, it is opened once more.
        self._files = OpenFiles.now(self._path)
        self._connection = connect_for_reading(self._path)
        self._connection.isolation_level = None
        interruptible(self._connection)
        self._version = -1

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Read all of it as it is at one moment; short, because the file grows as long as somebody reads."""
        with explained(self._path):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
