"""Dead letters: what an output refused, with the reason, one NDJSON file a stream in the state folder.

Appended, durably, before the checkpoint moves; a step that comes again after a crash may leave the same letter twice,
which counts as one. A lock file keeps those who append and those who take letters out from each other.
"""

import fcntl
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from s1ecs.errors import StateError
from s1ecs.masking import masked
from s1ecs.open_files import at_limit
from s1ecs.outputs.files.writer_lock import sync_folder
from s1ecs.outputs.output import Batch, RefusedDocument
from s1ecs.permissions import private_file, private_folder
from s1ecs.state.dead_letters import Letter
from s1ecs.state.transaction import Transaction

FOLDER_NAME = "dead-letters"


def letters(batch: Batch, output: str, refused: Sequence[RefusedDocument], time: str) -> list[Letter]:
    """The letters of what an output refused of a batch."""
    of = (time, output, batch.console, batch.namespace, batch.stream)
    about = {identity: thing.about for identity, thing in batch.things.items()}
    return [Letter(*of, each.id, masked(each.reason), each.document, about.get(each.id, {})) for each in refused]


class DeadLetterFiles:
    """The dead letters of a state folder: files, beside the commits. All methods block."""

    def __init__(self, state_folder: Path) -> None:
        self._folder = state_folder / FOLDER_NAME

    def append(self, _transaction: Transaction, found: Sequence[Letter]) -> None:
        """Add letters to the files of their streams; they are durable afterwards, whatever becomes of the commit."""
        with self._explained():
            private_folder(self._folder)
            with self._locked(".lock"):
                for stream in sorted({letter.stream for letter in found}):
                    _append(self._path(stream), [letter for letter in found if letter.stream == stream])
                sync_folder(self._folder)

    def streams(self) -> list[str]:
        """The streams that have letters, by name."""
        with self._explained():
            try:
                found = list(self._folder.iterdir())
            except FileNotFoundError:
                return []
        return sorted(path.stem for path in found if path.suffix == ".ndjson")

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Count the letters by console and stream."""
        return Counter((letter.console, letter.stream) for name in self.streams() for letter in self.read(name))

    def read(self, stream: str) -> list[Letter]:
        """A stream's letters, the oldest first, each once."""
        with self._explained():
            return list(_once(_read(self._path(stream))))

    @contextmanager
    def retrying(self) -> Iterator[None]:
        """Be the only one who delivers letters again; raise StateError where another process does."""
        with ExitStack() as stack:
            with self._explained():
                private_folder(self._folder)
                try:
                    stack.enter_context(self._locked(".retry.lock", fcntl.LOCK_NB))
                except BlockingIOError:
                    raise StateError(
                        f"{self._folder}: another process is retrying dead letters; wait until it has finished"
                    ) from None
            yield

    def replace(self, stream: str, change: Callable[[Letter], Letter | None]) -> None:
        """Write a stream's letters anew, each as `change` makes it, those left out that it makes None of.

        Letters that came meanwhile are asked about, too. Either all of it happens or nothing.
        """
        path = self._path(stream)
        with self._explained(), self._locked(".lock"):
            kept = [letter for letter in map(change, _once(_read(path))) if letter is not None]
            if kept:
                beside = path.with_suffix(".new")
                beside.unlink(missing_ok=True)
                _append(beside, kept)
                beside.rename(path)
            else:
                path.unlink(missing_ok=True)
            sync_folder(self._folder)

    def _path(self, stream: str) -> Path:
        return self._folder / f"{stream}.ndjson"

    @contextmanager
    def _locked(self, name: str, more: int = 0) -> Iterator[None]:
        descriptor = private_file(self._folder / name, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | more)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            cure = at_limit(error) or f"{error.strerror}; check the disk and its permissions"
            raise StateError(f"{self._folder}: dead letters cannot be stored or read: {cure}") from None


def _append(path: Path, found: Sequence[Letter]) -> None:
    descriptor = private_file(path, os.O_RDWR)
    with os.fdopen(descriptor, "r+b") as file:
        file.seek(_end_of_last_line(descriptor))
        # What a crash cut off belongs to a step that comes again.
        file.truncate()
        file.writelines(letter.to_json() + b"\n" for letter in found)
        file.flush()
        os.fsync(descriptor)


def _end_of_last_line(descriptor: int) -> int:
    end = os.fstat(descriptor).st_size
    while end:
        start = max(0, end - 65_536)
        newline = os.pread(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def _read(path: Path) -> Iterator[Letter]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.endswith(b"\n"):
                    yield Letter.from_json(line.rstrip(b"\n"), f"{path} line {number}", "correct or remove the line")
    except FileNotFoundError:
        return


def _once(found: Iterator[Letter]) -> Iterator[Letter]:
    """Of letters that are the same the last, in the place of the first."""
    yield from {letter.key: letter for letter in found}.values()
