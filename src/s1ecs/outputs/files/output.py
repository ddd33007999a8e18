"""The files output: NDJSON files a stream, each document in exactly one closed file, whatever crashes between.

Files are written inside the checkpoint's transaction, which saves how far each is good; so file and checkpoint differ
by a tail at most, and that is cut off at the start and before the next write.
"""

import errno
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import RLock

from s1ecs.errors import DeliveredMeanwhile, OutputError
from s1ecs.open_files import at_limit
from s1ecs.outputs.files.id_index import FileIds
from s1ecs.outputs.files.ndjson import Packer, as_line
from s1ecs.outputs.files.open_files import Rules, WrittenFiles
from s1ecs.outputs.files.writer_lock import FolderWriter
from s1ecs.outputs.output import Batch, Capabilities, Delivered, LookupMode
from s1ecs.permissions import make_folder
from s1ecs.read_only_file_system import CURE
from s1ecs.slices import in_slices
from s1ecs.state.file_marks import FileMarks, GoodBytes
from s1ecs.state.output_marks import Mark
from s1ecs.state.transaction import StateAccess, Transaction

# As its files: the group may read.
_FOLDER_MODE = 0o750
_WRITER = re.compile(r"\.s1ecs-writer-([0-9]+)")

_FULL = "no space left on its disk; free disk space"
_NO_FOLDER = "its path is or contains a regular file; move that file away or choose another path"
_TROUBLES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EEXIST: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.ENOENT: "cannot be written, because its directory is missing; restore it",
    errno.EROFS: CURE,
    errno.EIO: "reading or writing failed (Input/output error); check its disk",
}
_AT_START = "then restart s1ecs"
_LATER = (
    "nothing is lost: the same documents are delivered again, by `run` automatically, otherwise by the next command"
)


@dataclass(frozen=True)
class FilesEnvironment:
    """The state that holds the marks of the files, by its id, and the clock and the log of the process."""

    state: str
    access: StateAccess
    marks: FileMarks
    now: Callable[[], datetime]
    warn: Callable[[str], None]


class Files:
    """Writes files into a folder, on the state's thread.

    Their marks are read in each transaction, and not kept from `open` on: the state may be put back from a backup
    under a running process. A state may have several threads; one at a time works here.
    """

    capabilities = Capabilities(transactional=True, lookup=LookupMode.READING)

    def __init__(self, folder: Path, rules: Rules, pack: Packer, environment: FilesEnvironment) -> None:
        self.name = f"files {os.path.realpath(folder)}"
        self._folder = folder
        self._rules = rules
        self._pack = pack
        self._environment = environment
        self._access = environment.access
        self._files: WrittenFiles | None = None
        self._ids = FileIds(folder)
        self._alone = RLock()

    async def open(self, _mark: Mark) -> None:
        """Make the folder, take a writer number, tidy the files that are open."""
        await self._access.run(self._open)

    async def deliver(self, batch: Batch) -> Delivered:
        """Append a batch to its stream's file in the commit."""
        data = await in_slices(self._pack.in_slices(map(as_line, batch.documents)))
        return Delivered(writes=[partial(self._append, batch=batch, data=data)])

    async def present(
        self, _console: str, _namespace: str, stream: str, ids: Sequence[str], *, for_now: bool = False
    ) -> frozenset[str]:
        """Return those of `ids` whose documents lie in the folder, in open files and closed ones."""
        del for_now  # the folder is never slow for long
        good = await self._access.run(partial(self._environment.marks.good_bytes, stream=stream))
        return await self._access.run_blocking(partial(self._present, stream, ids, good))

    async def check(self) -> None:
        """Tidy open files, also those that earlier processes of this state left: cut, and closed where it is time."""
        await self._access.run(self._check)

    async def close(self) -> None:
        """Release the writer number; open files stay open, for the next process."""
        await self._access.run(self._close)

    def _open(self, transaction: Transaction) -> None:
        with self._explained(_AT_START):
            make_folder(self._folder, _FOLDER_MODE)
            self._tidy(transaction)

    def _append(self, transaction: Transaction, batch: Batch, data: bytes) -> None:
        """Append; raise DeliveredMeanwhile if another process wrote some of it since the folder was read."""
        with self._explained():
            self._refuse_doubles(transaction, batch)
            self._mine().append(transaction, batch.stream, data, self._environment.now())

    def _present(self, stream: str, ids: Sequence[str], good: GoodBytes) -> frozenset[str]:
        with self._explained():
            return self._ids.present(stream, ids, good)

    def _check(self, transaction: Transaction) -> None:
        with self._explained():
            self._tidy(transaction)

    def _close(self, transaction: Transaction) -> None:
        with self._alone:
            if self._files is not None:
                with suppress(OSError):
                    self._files.rest(transaction)
            self._let_go()

    def _refuse_doubles(self, transaction: Transaction, batch: Batch) -> None:
        # The checkpoints can't tell: the walk that wrote a document may have forgotten its id by now. No other process
        # of this state writes during this transaction, and only what came since the folder was read is read here.
        asked = [identity for identity, _ in batch.documents if identity in batch.asked]
        good = self._environment.marks.good_bytes
        if asked and self._ids.present(batch.stream, asked, good(transaction, batch.stream)):
            raise DeliveredMeanwhile(f"{self.name}: another process wrote some of the documents in the meantime")

    def _tidy(self, transaction: Transaction) -> None:
        mine = self._mine()
        mine.tidy(transaction, self._environment.now())
        for number in self._numbers():
            if number != mine.writer.number:
                self._tidy_of(transaction, number)

    def _mine(self) -> WrittenFiles:
        if self._files is None:
            self._files = self._written(FolderWriter.take(self._folder, self._environment.state))
        return self._files

    def _written(self, writer: FolderWriter) -> WrittenFiles:
        return WrittenFiles(writer, self._environment.marks, self._rules, self._environment.warn)

    def _tidy_of(self, transaction: Transaction, number: int) -> None:
        writer = FolderWriter.take_number(self._folder, number, self._environment.state)
        if writer is None:
            return
        try:
            self._written(writer).tidy(transaction, self._environment.now())
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
        # What another commit writes into is not closed under it.
        with self._alone:
            try:
                yield
            except OSError as error:
                self._let_go()
                other = f"cannot be written ({error.strerror}); give s1ecs write access to the folder and its files"
                trouble = at_limit(error) or _TROUBLES.get(error.errno or 0, other)
                raise OutputError(f"{self.name}: {trouble}; {then}") from None
