"""Time from the birth of an alert on the console to its document in the store, while `s1ecs run` polls."""

import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure
from bench.processes import S1ECS, environment
from s1ecs.state.sqlite.database import FILE_NAME
from servers.started_command import started

INTERVAL = 5
ALERTS_A_MINUTE = 40
SECONDS = 60
# Beyond the interval.
LIMIT = 2.0
_STORE = '[{"type":"store"}]'


def run(seconds: float = SECONDS) -> Iterator[Figure]:
    """Let new alerts come for a while; the longest time counts."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with started("standin", "--port", "0", "--agents", "20", "--rate", str(ALERTS_A_MINUTE)) as address:
            environ = environment(address, place, _STORE, S1ECS_INTERVAL=f"{INTERVAL}s")
            with _running(place, environ):
                delays = list(_delays(place / FILE_NAME, seconds))
    worst, median = max(delays), statistics.median(delays)
    line = (
        f"from birth to store with an interval of {INTERVAL} s: {worst:.1f} s at most (limit {INTERVAL + LIMIT:.0f} s),"
        f" {median:.1f} s at the median of {len(delays)} alerts"
    )
    yield Figure("latency from birth to store", worst, "s", line)


def _delays(path: Path, seconds: float) -> Iterator[float]:
    """The ages of new documents at the moment at which they are seen; those of the first poll are old."""
    while not path.exists() or not _rows(path, 0):
        time.sleep(0.1)
    last = max(row for row, _ in _rows(path, 0))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        now = datetime.now(UTC)
        for row, born in _rows(path, last):
            last = max(last, row)
            yield (now - datetime.fromisoformat(born)).total_seconds()
        time.sleep(0.05)


def _rows(path: Path, behind: int) -> list[tuple[int, str]]:
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT rowid, time FROM documents WHERE rowid > ?", (behind,)).fetchall()
    except sqlite3.OperationalError:
        # The file is there, but not its tables yet.
        return []


@contextmanager
def _running(place: Path, environ: Mapping[str, str]) -> Iterator[None]:
    with subprocess.Popen([S1ECS, "run", "alert"], env=environ, cwd=place, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()
