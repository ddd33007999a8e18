"""The files output: NDJSON files a stream, each document in exactly one closed file, whatever crashes between.

Files are written inside the checkpoint's transaction, which saves how far each is good; so file and checkpoint differ
by a tail at most, and that is cut off before the next write.
"""

import errno
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from s1ecs.errors import OutputError
from s1ecs.outputs.file_ids import FileIds, Good, good_bytes
from s1ecs.outputs.file_writer import Writer
from s1ecs.outputs.lines import Pack, lines
from s1ecs.outputs.output import Batch
from s1ecs.outputs.written_files import Rules, WrittenFiles

_WRITER = re.compile(r"\.s1ecs-writer-([0-9]+)")

_FULL = "no space left on its disk; make room"
_NO_FOLDER = "its path is a file, or leads through one; move that file away, or choose another path"
_TROUBLES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EEXIST: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.ENOENT: "can't be written, because its folder is gone; put it back",
    errno.EIO: "reading or writing failed (Input/output error); look at its disk",
}
_AT_START = "then start s1ecs again"
_LATER = "nothing is lost: the same documents come again, in `run` by itself, else with the next command"


class Files:
    """Writes files into a folder; `state` is the id of the state whose database holds the marks."""

    def __init__(
        self,
        folder: Path,
        state: str,
        rules: Rules,
        *,
        pack: Pack,
        now: Callable[[], datetime],
        warn: Callable[[str], None],
    ) -> None:
        self.name = f"files {os.path.realpath(folder)}"
        self._folder = folder
        self._state = state
        self._rules = rules
        self._pack = pack
        self._now = now
        self._warn = warn
        self._files: WrittenFiles | None = None
        self._ids = FileIds(folder)

    def open(self, connection: sqlite3.Connection) -> None:
        """Make the folder, take a writer number, close what is due."""
        with self._explained(_AT_START):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._check(connection)

    def write(self, connection: sqlite3.Connection, batch: Batch) -> None:
        """Append a batch to its stream's file inside the transaction that is open."""
        data = self._pack(lines(batch.documents))
        with self._explained():
            self._mine().append(connection, batch.stream, data, self._now())

    def good_in(self, connection: sqlite3.Connection, stream: str) -> Good:
        """How far the stream's open files are committed."""
        return good_bytes(connection, stream)

    def present_by_reading(self, stream: str, ids: Sequence[str], good: Good) -> frozenset[str]:
        """Those of `ids` whose documents lie in the folder, in open files and closed ones."""
        with self._explained():
            return self._ids.present(stream, ids, good)

    def check(self, connection: sqlite3.Connection) -> None:
        """Close files that are old or large enough, also those that earlier processes of this state left open."""
        with self._explained():
            self._check(connection)

    def close(self, connection: sqlite3.Connection) -> None:
        """Let go of the writer number; open files stay open, for the next process."""
        if self._files is not None:
            with suppress(OSError):
                self._files.rest(connection)
        self._let_go()

    def _check(self, connection: sqlite3.Connection) -> None:
        mine = self._mine()
        mine.close_done(connection, self._now())
        for number in self._numbers():
            if number != mine.writer.number:
                self._close_others(connection, number)

    def _mine(self) -> WrittenFiles:
        if self._files is None:
            self._files = WrittenFiles(Writer.take(self._folder, self._state), self._rules, self._warn)
        return self._files

    def _close_others(self, connection: sqlite3.Connection, number: int) -> None:
        writer = Writer.take_number(self._folder, number, self._state)
        if writer is None:
            return
        try:
            WrittenFiles(writer, self._rules, self._warn).close_done(connection, self._now())
        finally:
            writer.close()

    def _numbers(self) -> list[int]:
        found = (_WRITER.fullmatch(path.name) for path in self._folder.iterdir())
        return sorted(int(each[1]) for each in found if each)

    def _let_go(self) -> None:
        if self._files is not None:
            self._files.writer.close()
            self._files = None

    @contextmanager
    def _explained(self, then: str = _LATER) -> Iterator[None]:
        """Turn what the file system raises into an OutputError; what was held is taken anew afterwards.

        `then` is what comes after the cure.
        """
        try:
            yield
        except OSError as error:
            self._let_go()
            other = f"can't be written ({error.strerror}); give s1ecs write access to the folder and its files"
            raise OutputError(f"{self.name}: {_TROUBLES.get(error.errno or 0, other)}; {then}") from None
