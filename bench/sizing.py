"""Documents, disk, memory and API calls of `s1ecs run` for consoles of several sizes: the figures of docs/sizing.md.

    python -m bench.sizing                  # 100 and 1,000 hosts, about half an hour
    python -m bench.sizing 100 1000 10000   # any sizes

Each size has a stand-in console and a collector of its own. Counts come from the collector's own metrics, the memory
from the kernel. Everything is counted, nothing is timed, so that the figures do not depend on the machine.
"""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.own_peak import megabytes_of
from servers.free_port import free_port
from servers.started_command import S1ECS, started

SIZES = (100, 1000)
STREAMS = 9
QUIET_SECONDS = 300
_DAY = 86_400
_INVENTORIES = "/application-management/"
_SAMPLE = re.compile(r"^(\w+)\{(.*)\} (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Metrics:
    """Counters of a collector: finished polls and documents by stream, requests by path."""

    polled: frozenset[str]
    documents: Mapping[str, int]
    requests: Counter[str]


@dataclass(frozen=True)
class Figures:
    """Measured figures of one size."""

    hosts: int
    documents: Mapping[str, int]
    text_bytes: Mapping[str, int]
    store_bytes: int
    first_requests: int
    inventory_requests: int
    quiet_requests: int
    peak_megabytes: float

    @property
    def requests_a_day(self) -> int:
        """Requests of a day without changes: the polls, and one walk of the inventories."""
        return self.quiet_requests * _DAY // QUIET_SECONDS + self.inventory_requests


def run(sizes: tuple[int, ...] = SIZES) -> Iterator[str]:
    """Measure each size; lines of two tables in Markdown."""
    for hosts in sizes:
        figures = measure(hosts)
        documents = sum(figures.documents.values())
        yield (
            f"| {hosts:,} | {documents:,} | {figures.store_bytes / 1e6:,.0f} MB | {figures.peak_megabytes:,.0f} MB "
            f"| {figures.first_requests:,} | {figures.requests_a_day:,} |"
        )
        for stream, count in sorted(figures.documents.items()):
            yield f"| {hosts:,} | `{stream}` | {count:,} | {figures.text_bytes.get(stream, 0) // max(count, 1):,} |"
        yield f"bytes of the store for each document: {figures.store_bytes // documents:,}"


def measure(hosts: int) -> Figures:
    """Collect from a console of that many hosts until every stream was read, then watch it while nothing changes."""
    standin = started("standin", "--port", "0", "--agents", str(hosts))
    with tempfile.TemporaryDirectory() as folder, standin as address:
        port = free_port()
        environment = {
            **os.environ,
            "S1ECS_URL": address,
            "S1ECS_TOKEN": "a-token",
            "S1ECS_STATE_DIR": folder,
            "S1ECS_METRICS_PORT": str(port),
        }
        with (Path(folder) / "log").open("wb") as log:
            collector = subprocess.Popen([S1ECS, "run"], env=environment, stderr=log)
        try:
            first = _when_read(port, collector)
            time.sleep(QUIET_SECONDS)
            quiet = _metrics(port)
            peak = megabytes_of(collector.pid)
        finally:
            collector.terminate()
            collector.wait()
        return Figures(
            hosts=hosts,
            documents=first.documents,
            text_bytes=_text_bytes(Path(folder) / "s1ecs.db"),
            store_bytes=(Path(folder) / "s1ecs.db").stat().st_size,
            first_requests=first.requests.total(),
            inventory_requests=sum(n for path, n in first.requests.items() if path.startswith(_INVENTORIES)),
            quiet_requests=(quiet.requests - first.requests).total(),
            peak_megabytes=peak,
        )


def _when_read(port: int, collector: "subprocess.Popen[bytes]") -> Metrics:
    while collector.poll() is None:
        time.sleep(1)
        try:
            metrics = _metrics(port)
        except OSError:
            continue
        if len(metrics.polled) == STREAMS:
            return metrics
    raise RuntimeError(f"s1ecs run exited with status {collector.returncode}")


def _metrics(port: int) -> Metrics:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
        text = answer.read().decode()
    polled, documents, requests = set(), Counter[str](), Counter[str]()
    for name, written, value in _SAMPLE.findall(text):
        labels = dict(re.findall(r'(\w+)="([^"]*)"', written))
        if name == "s1ecs_polls_total" and labels["state"] == "ok":
            polled.add(labels["stream"])
        elif name == "s1ecs_documents_total":
            documents[labels["stream"]] += int(float(value))
        elif name == "s1ecs_requests_total":
            requests[labels["path"]] += int(float(value))
    return Metrics(frozenset(polled), documents, requests)


def _text_bytes(path: Path) -> Mapping[str, int]:
    """Bytes of the documents' JSON by stream."""
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT stream, sum(length(document)) FROM documents GROUP BY stream"))


if __name__ == "__main__":
    for line in run(tuple(map(int, sys.argv[1:])) or SIZES):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
