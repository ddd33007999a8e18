"""Connections to the store for the page: read-only, a few, each used by one question at a time."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import LifoQueue
from typing import Any, TypeVar

from s1ecs.errors import StateError
from s1ecs.state.sqlite.database import FILE_NAME, connect_for_reading, explained
from s1ecs.state.sqlite.replaced_file import OpenFiles

T = TypeVar("T")

_CONNECTIONS = 2
_MOST_ANSWERS = 16
# A question of a page takes milliseconds; one that takes this long would keep others waiting.
_MOST_SECONDS = 20.0
# Counts read many pages of the file, and keep rows for each other.
_SETTINGS = ("PRAGMA cache_size = -65536", "PRAGMA temp_store = MEMORY")
_STEPS_BETWEEN_LOOKS = 50_000


class QuestionTooSlow(StateError):
    """A question took so long that it was given up; a smaller range of time helps."""


@dataclass
class _Opened:
    """A connection, the file that it reads, and until when its question may take."""

    connection: sqlite3.Connection
    file: OpenFiles
    until: float = 0.0
    # Last answers by their key, each with the version of the store that it is of.
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)

    def is_late(self) -> bool:
        return time.monotonic() > self.until


class StoreReader:
    """The store of a state folder. It need not be there yet: then every question raises StateError."""

    def __init__(self, state_folder: Path, connections: int = _CONNECTIONS) -> None:
        self.path = state_folder / FILE_NAME
        self._threads = ThreadPoolExecutor(max_workers=connections, thread_name_prefix="page")
        self._idle: LifoQueue[_Opened] = LifoQueue()
        self._closing = False

    async def ask(self, question: Callable[[sqlite3.Connection], T], key: str = "") -> T:
        """Ask in one read transaction, so that all numbers of an answer are of one moment; raise StateError.

        With a `key`, an answer to the same question is given again as long as nobody has changed the store.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._asked, question, key)

    def close(self) -> None:
        """Close the connections; questions that are under way are given up."""
        self._closing = True
        self._threads.shutdown()
        while not self._idle.empty():
            self._idle.get_nowait().connection.close()

    def _asked(self, question: Callable[[sqlite3.Connection], T], key: str) -> T:
        opened = self._connection()
        opened.until = time.monotonic() + _MOST_SECONDS
        try:
            with explained(self.path):
                opened.connection.execute("BEGIN")
                try:
                    return _remembered(opened, question, key) if key else question(opened.connection)
                finally:
                    opened.connection.execute("ROLLBACK")
        except KeyboardInterrupt:
            # What `explained` makes of an interrupted statement.
            raise QuestionTooSlow(
                f"the question took longer than {_MOST_SECONDS:g} s; choose a shorter time range or fewer filters"
            ) from None
        finally:
            self._idle.put(opened)

    def _connection(self) -> _Opened:
        while not self._idle.empty():
            opened = self._idle.get_nowait()
            if not opened.file.replaced():
                return opened
            opened.connection.close()
        connection = connect_for_reading(self.path, any_thread=True)
        connection.isolation_level = None
        for setting in _SETTINGS:
            connection.execute(setting)
        opened = _Opened(connection, OpenFiles.now(self.path))
        connection.set_progress_handler(lambda: int(self._closing or opened.is_late()), _STEPS_BETWEEN_LOOKS)
        return opened


def _remembered(opened: _Opened, question: Callable[[sqlite3.Connection], T], key: str) -> T:
    # Inside the transaction: it is the version that the question sees.
    [(version,)] = opened.connection.execute("PRAGMA data_version").fetchall()
    known = opened.answers.pop(key, None)
    answer: T = known[1] if known is not None and known[0] == version else question(opened.connection)
    opened.answers[key] = (version, answer)
    if len(opened.answers) > _MOST_ANSWERS:
        del opened.answers[next(iter(opened.answers))]
    return answer
