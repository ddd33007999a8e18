"""Worker processes of `transform`: the same bytes and errors as one process, in bounded memory, gone at the end."""

import io
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.records import lines
from s1ecs.commands import transform_jobs
from s1ecs.commands.transform import Count, transform
from s1ecs.commands.transform_jobs import started
from s1ecs.ecs.redaction import Redaction
from s1ecs.errors import S1ecsError, UsageError
from s1ecs.streams import STREAMS

STREAM = STREAMS["group"]
RECORDS = [line + b"\n" for line in lines("group", 3)]
WORK = partial(
    transform,
    mapper=STREAM.mapper(keep_duplicates=True),
    envelope=STREAM.envelope(preserve_duplicates=True),
    redaction=Redaction(STREAM.table, ()),
    with_id=True,
    stream=STREAM,
)

# Pieces of input: whole records, values on several lines, pages, and what is damaged or has no end.
INPUT = st.lists(
    st.sampled_from(
        [
            *RECORDS,
            RECORDS[0].replace(b'","', b'",\n"'),
            b'{"data":[\n',
            b"]}\n",
            RECORDS[1].replace(b"\n", b",\n"),
            b"[" + RECORDS[1].strip() + b"]\n",
            b'{"data":[' + RECORDS[2].strip() + b"]}\n",
            b"\n",
            b"no JSON\n",
            b'{"id":\n',
            b'{"agentId":"1","threatInfo":{}}\r\n',
            b'{"id":"1"} \n',
            b'{"id":"a\rb"}\n',
            b'{"id":"last"}',
        ]
    ),
    max_size=30,
)


def alone(given: Iterable[bytes]) -> tuple[bytes, Count]:
    """The documents of one process, and its count."""
    written: list[bytes] = []
    count = WORK(given, written.append)
    return b"".join(written), count


def in_jobs(given: Iterable[bytes], jobs: int) -> tuple[bytes, Count]:
    """The documents of worker processes, and their count."""
    written, count = [], Count()
    with started(jobs, WORK) as workers:
        for documents, counted in workers.transform(given):
            written.append(documents)
            count.add(counted)
    return b"".join(written), count


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transform_jobs, "_PIECE_BYTES", 1000)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=INPUT, jobs=st.integers(2, 3))
def test_workers_write_what_one_process_writes(pieces: list[bytes], jobs: int) -> None:
    """Whatever the input is, and wherever it is divided: the same bytes in the same order, and the same counts."""
    # As a file divides it: a carriage return ends no line.
    text = list(io.BytesIO(b"".join(pieces)))
    assert in_jobs(text, jobs) == alone(text)


@pytest.mark.parametrize("behind", [b"", b'{"id":\n'])
def test_an_error_of_the_input_comes_behind_what_was_read(behind: bytes) -> None:
    """Where a file is missing, documents of the lines before are written, but none of half a value."""

    def broken() -> Iterator[bytes]:
        yield from RECORDS * 5
        if behind:
            yield behind
        raise UsageError("no such file")

    ways = [_until_error(lambda write: WORK(broken(), write)), _until_error(_jobs_of(broken))]
    assert ways[0] == ways[1]
    assert ways[0][0].count(b"\n") == 5 * len(RECORDS)


def _jobs_of(given: Callable[[], Iterable[bytes]]) -> Callable[[Callable[[bytes], object]], object]:
    def work(write: Callable[[bytes], object]) -> None:
        with started(2, WORK) as workers:
            for documents, _ in workers.transform(given()):
                write(documents)

    return work


def _until_error(work: Callable[[Callable[[bytes], object]], object]) -> tuple[bytes, bool]:
    written: list[bytes] = []
    try:
        work(written.append)
    except UsageError:
        return b"".join(written), True
    return b"".join(written), False


def test_input_is_read_no_faster_than_output_is_taken() -> None:
    """Ahead of what was written are one piece for each worker and the one that is handed on: memory does not grow."""
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += len(RECORDS[0])
            yield RECORDS[0]

    with started(2, WORK) as workers:
        made = workers.transform(endless())
        for written in range(20):
            next(made)
            assert read <= (written + 3) * (1000 + len(RECORDS[0]))


def test_a_worker_that_dies_is_an_error() -> None:
    """Without the documents of a piece nothing is written behind it, and the user is told."""
    with started(2, WORK) as workers:
        made = workers.transform(RECORDS * 50)
        next(made)
        victim = workers.busy[0].process.pid
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        with pytest.raises(S1ecsError, match="a worker process ended unexpectedly"):
            list(made)


def test_workers_end_with_the_context() -> None:
    """Also where it ends by an error, in the middle of the work."""
    with pytest.raises(KeyboardInterrupt):
        _interrupted(pids := list[int | None]())
    assert len(pids) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def _interrupted(pids: list[int | None]) -> None:
    with started(2, WORK) as workers:
        pids += [worker.process.pid for worker in workers.idle]
        next(workers.transform(RECORDS * 50))
        raise KeyboardInterrupt


def test_workers_end_with_the_process_that_started_them() -> None:
    """A process that is killed leaves no workers: they see the end of their pipe, whichever of them goes first."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with started(3, WORK) as workers:
            os.close(reading)
            os.write(writing, b" ".join(str(worker.process.pid).encode() for worker in workers.idle))
            signal.pause()
    os.close(writing)
    pids = [int(pid) for pid in os.read(reading, 100).split()]
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    # The workers hold the other end of the pipe: it is closed when the last of them has ended.
    assert os.read(reading, 1) == b""
    assert len(pids) == 3
    os.close(reading)
