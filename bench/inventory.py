"""Memory and speed of walking an inventory of a million things, twice: all new, then nothing new.

Each walk is a process of its own, whose peak is what the kernel counted; the pages are made as they are asked for, and
no output takes the documents, so that what is measured is the walk, the mapping and the rows that remember the things.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, cast

import orjson

from bench.figures import Figure
from bench.own_peak import Measured
from s1ecs.collect.feed import Feed
from s1ecs.collect.pace import Pace
from s1ecs.collect.poll import poll
from s1ecs.ecs.redaction import Redaction
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.sentinelone.response import ConsoleResponse
from s1ecs.sentinelone.server_clock import Clocks
from s1ecs.sentinelone.transport import Connection
from s1ecs.state.sqlite.database import FILE_NAME, Database
from s1ecs.state.sqlite.state import SqliteState
from s1ecs.streams import STREAMS

if TYPE_CHECKING:
    from s1ecs.sentinelone.client import Client

SIZES = (100_000, 1_000_000)
GROWTH_LIMIT_MEGABYTES = 20


async def _token() -> str:
    return ""


class Inventory:
    """A console with an inventory of risks, made up page by page."""

    connection = Connection(console="bench", url="http://127.0.0.1", token=_token)

    def __init__(self, size: int) -> None:
        self._size = size

    async def get(self, _path: str, params: Mapping[str, str]) -> ConsoleResponse:
        """Give the page behind the cursor, which is the number of its first thing."""
        start = int(params.get("cursor", 0))
        end = min(start + int(params["limit"]), self._size)
        data = [
            {
                "id": str(10**17 + number),
                "applicationName": f"application {number % 500}",
                "applicationVersion": f"{number % 9}.{number % 10}",
                "cveId": f"CVE-2026-{number % 10_000:04}",
                "endpointId": str(2 * 10**17 + number // 50),
                "severity": "HIGH",
                "detectionDate": "2026-01-15T10:00:00.000000Z",
                "lastScanDate": "2026-01-30T10:00:00Z",
                "lastScanResult": "Succeeded",
            }
            for number in range(start, end)
        ]
        return ConsoleResponse(
            data, str(end) if end < self._size else None, (), orjson.dumps({"data": data}), self.now()
        )

    def now(self) -> datetime:
        """Tell the time."""
        return datetime.now(UTC)

    def clocks(self) -> Clocks:
        """Tell both times, which are one."""
        return Clocks(self.now(), self.now(), 0.0, 0.0)

    async def learn_time(self) -> None:
        """Know it already."""


async def walk(size: int, folder: Path) -> int:
    """Walk an inventory of that size once; how many things were new."""
    stream = STREAMS["application_risk"]
    interval = stream.ask.interval
    database = await Database.open(folder)
    feed = Feed(
        console="bench",
        namespace="default",
        stream=stream,
        ask=stream.ask,
        client=cast("Client", Inventory(size)),
        pace=Pace(interval, None, interval, reread=None, reread_interval=interval, page_size=None),
        scope={},
        mapper=stream.mapper(),
        redaction=Redaction(stream.table, ()),
        envelope=stream.envelope(),
        outputs=(),
        dead_letters=DeadLetterFiles(folder),
        state=SqliteState(database),
    )
    [outcome] = await poll(feed, asyncio.Event(), lambda *_: None)
    await database.close()
    assert outcome.error is None, outcome.error
    return outcome.counts.delivered


def run() -> Iterator[Figure]:
    """Walk each size twice; the memory of the greatest must not be more than that of the smallest, but for a little."""
    peaks = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            for expected in (size, 0):
                seconds, peak = _in_a_process(size, Path(folder), expected)
                peaks.append(peak)
                bytes_each = (Path(folder) / FILE_NAME).stat().st_size / size
                yield Figure(
                    f"inventory of {size} things, {expected} new",
                    peak,
                    "MB",
                    f"{size:,} things, {expected:,} of them new: {peak:.0f} MB at its peak, "
                    f"{size / seconds:,.0f} things a second, {bytes_each:.0f} bytes of state a thing",
                )
    grown = max(peaks[2:]) - max(peaks[:2])
    line = f"ten times the things took {grown:.0f} MB more (at most {GROWTH_LIMIT_MEGABYTES})"
    yield Figure("inventory of ten times the things", grown, "MB", line)


def _in_a_process(size: int, folder: Path, expected: int) -> tuple[float, float]:
    start = perf_counter()
    process = Measured([sys.executable, "-m", "bench.inventory", str(size), str(folder), str(expected)])
    peak = process.megabytes()
    return perf_counter() - start, peak


if __name__ == "__main__":
    new = asyncio.run(walk(int(sys.argv[1]), Path(sys.argv[2])))
    assert new == int(sys.argv[3]), new
