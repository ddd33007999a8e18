"""The page over a million documents: how long each page takes beside a collector, and what its readers cost collecting.

Pages come over HTTP from `s1ecs serve`, a process of its own, while `s1ecs run` collects into the same store. Then
readers ask for pages all at once for a minute, while alerts are collected again and again, in turns with and without
them. PAGE_STORE names a folder with a store to use instead of making one.
"""

import asyncio
import os
import statistics
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, perf_counter

import httpx2

from bench.figures import Figure
from bench.store_contents import make_store
from s1ecs.web.questions.list_view import LIST_VIEWS
from servers.started_command import S1ECS, started

DOCUMENTS = 1_000_000
ROUNDS = 9
READERS, READING_SECONDS = 50, 60
MEDIAN_MILLISECONDS, WORST_MILLISECONDS = 300, 1_000
MOST_SLOWED = 1.1
_ALERTS = 20_000
_TURNS = 3
# The store ends in January 2026, see bench.store_contents.
PAGES = (
    "/",
    "/?from=2026-01-24",
    "/?from=2026-01-01&severity=critical",
    *(view.path for view in LIST_VIEWS),
    "/alerts?severity=critical",
    "/alerts?host=WS-0042&from=2026-01-01",
    "/alerts?q=powershell&from=2026-01-24",
    "/vulnerabilities?by=cve",
    "/applications?by=vendor",
    "/collection",
    "/search?q=powershell",
)
_ITEMS = ("/alerts", "/threats", "/unified-alerts", "/hosts")


def run(documents: int = DOCUMENTS) -> Iterator[Figure]:
    """Measure; a line for each page, then those of the readers."""
    given = os.environ.get("PAGE_STORE")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(given or temporary)
        if not given:
            make_store(folder, documents)
        yield from asyncio.run(_measured(folder))


async def _measured(folder: Path) -> Sequence[Figure]:
    with started("standin", "--port", "0", "--agents", "100", "--alerts", str(_ALERTS), "--growth", "600") as console:
        environment = _environment(console, folder)
        with (
            started("serve", "--port", "0", environment=environment) as link,
            _collecting(environment) as collector,
        ):
            async with httpx2.AsyncClient(follow_redirects=True, timeout=60, trust_env=False) as client:
                await client.get(link)
                base = link.partition("/login")[0]
                lines = await _pages(client, base)
                collector.terminate()
                collector.wait()
                return [*lines, *await _crowd(client, base, environment, folder)]


def _environment(console: str, folder: Path) -> Mapping[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "S1ECS_URL": console,
        "S1ECS_TOKEN": "good",
        "S1ECS_STATE_DIR": str(folder),
        "S1ECS_LOG_LEVEL": "error",
    }


async def _pages(client: httpx2.AsyncClient, base: str) -> list[Figure]:
    paths = [*PAGES, *[await _first_item(client, base, path) for path in _ITEMS]]
    times: dict[str, list[float]] = {path: [] for path in paths}
    for turn in range(ROUNDS + 1):
        for path in paths:
            began = perf_counter()
            answer = await client.get(f"{base}{path}")
            if answer.status_code != httpx2.codes.OK:
                raise RuntimeError(f"{path}: {answer.status_code}")
            if turn:
                times[path].append((perf_counter() - began) * 1_000)
    return [
        Figure(
            f"page {path}",
            statistics.median(found),
            "ms",
            f"{path} {statistics.median(found):.0f} ms, worst {max(found):.0f} ms"
            f" (at most {MEDIAN_MILLISECONDS} and {WORST_MILLISECONDS})",
        )
        for path, found in times.items()
    ]


async def _first_item(client: httpx2.AsyncClient, base: str, path: str) -> str:
    stream = next(view.stream for view in LIST_VIEWS if view.path == path)
    answer = await client.get(f"{base}/api/v1/{stream}?limit=1")
    return f"{path}/{answer.json()['data'][0]['id']}"


async def _crowd(
    client: httpx2.AsyncClient, base: str, environment: Mapping[str, str], folder: Path
) -> Sequence[Figure]:
    alone, beside = [], []
    answers: Counter[int] = Counter()
    for turn in range(_TURNS):
        alone.append(await _collect(environment, folder, f"alone{turn}"))
        readers = asyncio.create_task(_read(client, base, READING_SECONDS / _TURNS))
        await asyncio.sleep(1)
        beside.append(await _collect(environment, folder, f"beside{turn}"))
        answers.update(await readers)
    failed = sum(count for status, count in answers.items() if status >= httpx2.codes.INTERNAL_SERVER_ERROR)
    slowed = statistics.median(beside) / statistics.median(alone)
    read = (
        f"{READERS} readers for {READING_SECONDS} s: {sum(answers.values()):,} pages, {failed} answers 5xx (at most 0)"
    )
    line = f"collecting beside them takes {slowed:.2f} times as long as alone (at most {MOST_SLOWED})"
    return [
        Figure("page answers 5xx", failed, "answers", read),
        Figure("collecting beside readers", slowed, "times", line),
    ]


async def _read(client: httpx2.AsyncClient, base: str, seconds: float) -> Counter[int]:
    end = monotonic() + seconds
    answers: Counter[int] = Counter()

    async def reader(number: int) -> None:
        while monotonic() < end:
            path = PAGES[number % len(PAGES)]
            number += READERS
            answers[(await client.get(f"{base}{path}")).status_code] += 1

    async with asyncio.TaskGroup() as tasks:
        for number in range(READERS):
            tasks.create_task(reader(number))
    return answers


async def _collect(environment: Mapping[str, str], folder: Path, console: str) -> float:
    """Collect all alerts of a console that the store does not know yet; return the seconds that it took."""
    settings = folder / f"{console}.yaml"
    settings.write_text(f"consoles: [{{name: {console}, url: '{environment['S1ECS_URL']}', token: good}}]\n")
    own = {key: value for key, value in environment.items() if key not in {"S1ECS_URL", "S1ECS_TOKEN"}}
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        S1ECS, "--config", str(settings), "collect", "alert", env=own, stderr=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise RuntimeError("collecting failed")
    return perf_counter() - began


@contextmanager
def _collecting(environment: Mapping[str, str]) -> "Iterator[subprocess.Popen[bytes]]":
    """Run a collector; it is told to end with the context."""
    with subprocess.Popen([S1ECS, "run", "alert"], env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()
