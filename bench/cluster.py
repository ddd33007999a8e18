"""Polls a second of 1, 2 and 4 workers on one state in PostgreSQL, and what a poll costs workers and database.

The consoles are one server of this process that answers each poll with an empty page, so that the polls themselves are
measured: dispatch, queue, lease, request, commit. Numbers of workers take turns, round after round, so that the
machine's moods fall on all. More streams are due than the workers manage; rates are ratios to that of one worker.
"""

import asyncio
import os
import statistics
import subprocess
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import orjson
import psycopg

from bench.figures import Figure
from s1ecs.counted import counted
from servers.account import server_folder
from servers.postgresql import PostgresCluster, start_postgres
from servers.started_command import S1ECS
from servers.unavailable import Unavailable

CONSOLES = 120
STREAMS = "alert,threat,activity,group"
WORKERS = (1, 2, 4)
ROUNDS = 2
# A worker opens all consoles before it is as fast as it gets.
WARM_UP_SECONDS = 15
SECONDS = 15
_PAGE = orjson.dumps({"data": [], "pagination": {"nextCursor": None, "totalItems": 0}})
_TICKS = os.sysconf("SC_CLK_TCK")


class Sample(NamedTuple):
    """What was spent and done up to a moment: polls, CPU seconds of workers and of PostgreSQL, time in statements."""

    at: float
    polls: int
    worker_cpu: float
    database_cpu: float
    database_busy: float
    commits: int


class Console:
    """All consoles: answers every request with an empty page, and counts."""

    def __init__(self) -> None:
        self.requests = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of a connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1]
                known = b"/user" not in path and b"/system/" not in path
                self.requests += known
                status, body = (b"200 OK", _PAGE) if known else (b"404 Not Found", b"{}")
                writer.write(
                    b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                    % (status, len(body), body)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()


def run() -> Iterator[Figure | str]:
    """Measure with PostgreSQL, if it can be had on this machine."""
    with server_folder() as folder:
        try:
            server = start_postgres(folder)
        except Unavailable as reason:
            yield f"left out, {reason}"
            return
        try:
            yield from asyncio.run(_measured(server, folder))
        finally:
            server.stop()


async def _measured(server: PostgresCluster, folder: Path) -> list[Figure]:
    console = Console()
    listener = await asyncio.start_server(console.answer, "0.0.0.0", 0)  # noqa: S104 - each console has an address of 127/8
    port = listener.sockets[0].getsockname()[1]
    url = server.create_database("bench")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "S1ECS_STATE": url,
        "S1ECS_STATE_DIR": str(folder / "state"),
        "S1ECS_OUTPUTS": "null",
        "S1ECS_STREAMS": STREAMS,
        "S1ECS_INTERVAL": "1s",
        "S1ECS_LOG_LEVEL": "error",
        # A limit of requests is that of a token.
        **{f"TOKEN_{number}": f"a-token-for-benchmarks-{number}" for number in range(CONSOLES)},
    }
    rows = [
        {
            "name": f"c{number}",
            "url": f"http://127.1.{number // 250}.{number % 250 + 1}:{port}",
            "token_env": f"TOKEN_{number}",
        }
        for number in range(CONSOLES)
    ]
    (folder / "consoles.ndjson").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    subprocess.run([S1ECS, "consoles", "import", folder / "consoles.ndjson"], env=environment, cwd=folder, check=True)  # noqa: ASYNC221 - nothing is measured yet
    found: dict[int, list[tuple[Sample, Sample]]] = {count: [] for count in WORKERS}
    for number in range(ROUNDS):
        for count in WORKERS if number % 2 else reversed(WORKERS):
            async with _workers(count, environment, folder) as processes:
                await _until_live(url, count)
                await asyncio.sleep(WARM_UP_SECONDS)
                began = _sample(console, processes, server, url)
                await asyncio.sleep(SECONDS)
                found[count].append((began, _sample(console, processes, server, url)))
    listener.close()
    return list(_figures(found))


@asynccontextmanager
async def _workers(count: int, environment: dict[str, str], folder: Path) -> AsyncIterator[list[Process]]:
    processes = [
        await asyncio.create_subprocess_exec(S1ECS, "worker", env=environment, cwd=folder, stdout=subprocess.DEVNULL)
        for _ in range(count)
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            await process.wait()


async def _until_live(url: str, count: int) -> None:
    """Wait until so many workers report; those of the round before have left."""
    query = "SELECT count(*) FROM s1ecs.workers WHERE beat > now() - interval '10 s'"
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        while await (await connection.execute(query)).fetchone() != (count,):  # noqa: ASYNC110 - the state tells
            await asyncio.sleep(0.5)


def _sample(console: Console, processes: list[Process], server: PostgresCluster, url: str) -> Sample:
    with psycopg.connect(url) as connection:
        [(busy, commits)] = connection.execute(
            "SELECT active_time / 1000, xact_commit FROM pg_stat_database WHERE datname = current_database()"
        ).fetchall()
    assert server.process is not None
    worker_cpu = sum(_cpu(process.pid) for process in processes)
    return Sample(monotonic(), console.requests, worker_cpu, _cpu(server.process.pid, below=True), busy, commits)


def _cpu(pid: int, *, below: bool = False) -> float:
    """Return the CPU seconds of a process, with `below` those of its children, also of those that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15] if below else fields[11:13])) / _TICKS
    if not below:
        return own
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(_cpu(int(child)) for child in children if Path(f"/proc/{child}").exists())


def _figures(found: dict[int, list[tuple[Sample, Sample]]]) -> Iterator[Figure]:
    rates = {
        count: statistics.median((end.polls - began.polls) / (end.at - began.at) for began, end in samples)
        for count, samples in found.items()
    }
    for count, rate in rates.items():
        ratio = rate / rates[WORKERS[0]]
        yield Figure(
            f"workers-{count}",
            ratio,
            "times",
            f"{counted(count, 'worker')}: {ratio:.2f} times the polls of one ({rate:.0f} a second)",
        )
    spent = {
        "CPU of a worker": [(end.worker_cpu - began.worker_cpu, end.polls - began.polls) for began, end in _all(found)],
        "CPU of PostgreSQL": [
            (end.database_cpu - began.database_cpu, end.polls - began.polls) for began, end in _all(found)
        ],
        "time in statements": [
            (end.database_busy - began.database_busy, end.polls - began.polls) for began, end in _all(found)
        ],
    }
    for name, each in spent.items():
        value = 1000 * statistics.median(seconds / max(polls, 1) for seconds, polls in each)
        yield Figure(name.replace(" ", "-").lower(), value, "ms", f"{name}: {value:.1f} ms a poll")
    commits = statistics.median(
        (end.commits - began.commits) / max(end.polls - began.polls, 1) for began, end in _all(found)
    )
    yield Figure("commits", commits, "a poll", f"transactions: {commits:.1f} a poll")


def _all(found: dict[int, list[tuple[Sample, Sample]]]) -> list[tuple[Sample, Sample]]:
    return [each for samples in found.values() for each in samples]
