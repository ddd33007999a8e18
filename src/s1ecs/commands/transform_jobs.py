"""Worker processes of `s1ecs transform`: pieces of the input go round, their documents come back in their order.

A worker holds one piece at a time, and gets the next when its documents have come. So memory is bounded, a slow reader
of the output slows the reading of the input, and neither side waits for the other to read.
"""

import io
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

from s1ecs.commands.record_input import ValueReader
from s1ecs.errors import S1ecsError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# Some hundreds of records: what goes with a piece takes far less time than they do.
_PIECE_BYTES = 500_000


class Work(Protocol[T_co]):
    """Writes the documents of lines and tells about them; not `ended`: a value may lack lines that can't be read."""

    def __call__(self, lines: Iterable[bytes], write: Callable[[bytes], object], *, ended: bool) -> T_co:
        """Do it."""


class _Worker(Generic[T]):
    def __init__(self, process: BaseProcess, pipe: "Connection[object, object]") -> None:
        self.process = process
        self.pipe = pipe

    def give(self, piece: bytes, *, ended: bool) -> None:
        """Hand it a piece to work on."""
        try:
            self.pipe.send((piece, ended))
        except OSError:
            raise self._gone() from None

    def take(self) -> tuple[bytes, T]:
        """Wait for the documents of its piece, and what the work tells."""
        try:
            return cast("tuple[bytes, T]", self.pipe.recv())
        except (EOFError, OSError):
            raise self._gone() from None

    def _gone(self) -> S1ecsError:
        self.process.join()
        return S1ecsError(
            f"transform: a worker process ended unexpectedly (exit status {self.process.exitcode}), maybe for lack of "
            "memory; the output is incomplete; repeat the command with fewer --jobs"
        )


@dataclass
class Workers(Generic[T]):
    """The workers; those that have a piece are `busy`, in the order of their pieces."""

    idle: deque[_Worker[T]]
    busy: deque[_Worker[T]] = field(default_factory=deque)

    def transform(self, lines: Iterable[bytes]) -> Iterator[tuple[bytes, T]]:
        """Yield the documents of each piece, and what the work tells of it.

        What the lines raise is raised behind the documents of the lines before.
        """
        source = _Source(lines)
        for piece in _pieces(source):
            made = None if self.idle else self._next()
            worker = self.idle.popleft()
            worker.give(piece, ended=source.error is None)
            self.busy.append(worker)
            # The worker is at work while this is written.
            if made is not None:
                yield made
        while self.busy:
            yield self._next()
        if source.error is not None:
            raise source.error

    def _next(self) -> tuple[bytes, T]:
        worker = self.busy.popleft()
        made = worker.take()
        self.idle.append(worker)
        return made


@contextmanager
def started(jobs: int, work: Work[T]) -> Iterator[Workers[T]]:
    """Start workers as copies of this process, which has no threads yet; they end with the context, or with it."""
    context = multiprocessing.get_context("fork")
    workers: list[_Worker[T]] = []
    try:
        # An interrupt is for this process alone, which ends its workers.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            for _ in range(jobs):
                ours, theirs = context.Pipe()
                ends = [ours, *(worker.pipe for worker in workers)]
                process = context.Process(target=_serve, args=(theirs, ends, work), daemon=True)
                process.start()
                theirs.close()
                workers.append(_Worker(process, ours))
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        yield Workers(deque(workers))
    finally:
        for worker in workers:
            worker.pipe.close()
            worker.process.terminate()
        for worker in workers:
            worker.process.join()


def _serve(pipe: "Connection[object, object]", others: "Sequence[Connection[object, object]]", work: Work[T]) -> None:
    """Work until the other end of the pipe is closed, which takes that nobody else has it open."""
    for other in others:
        other.close()
    try:
        while True:
            piece, ended = cast("tuple[bytes, bool]", pipe.recv())
            documents: list[bytes] = []
            told = work(io.BytesIO(piece), documents.append, ended=ended)
            pipe.send((b"".join(documents), told))
    except (EOFError, OSError):
        return


@dataclass
class _Source:
    """Lines up to an error, which is kept."""

    lines: Iterable[bytes]
    error: Exception | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self.lines
        except Exception as error:  # noqa: BLE001 - it is raised again behind what was read before
            self.error = error


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Put lines together to pieces, each of whole values; the last is as it is, and there is always one."""
    reader = ValueReader()
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if not reader.passes(line) and size >= _PIECE_BYTES:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)
