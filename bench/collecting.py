"""Time of collecting a list, as ratios to what does less and to what does the same, as whole processes in turns.

    python -m bench.collecting                # 100,000 activities and 100,000 threats, three rounds
    python -m bench.collecting 10000 1        # so many of each, so many rounds

`s1ecs collect` reads a list of prepared pages into `null`, files and the store. In the same rounds run a bare loop that
requests and parses the pages, a floor that also writes ready documents into the store's table, a commit a page, and
dlt's rest_api source writing the raw records as JSONL. Start-up is in all of them. See `collecting_floors`,
`collecting_dlt`, `prepared_pages`; the published rate limits are raised (`raised_rates`).
"""

import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure
from bench.prepared_pages import PAGE, PATHS, make_pages, serving
from bench.processes import RAISED, Cost, cost, environment
from s1ecs.state.sqlite.database import FILE_NAME, connect

RECORDS = 100_000
ROUNDS = 3
# The most that a way may take, in times of another's.
_LIMITS: Mapping[tuple[str, str, str], float] = {
    ("activity", "null", "bare loop"): 4.0,
    ("activity", "files", "dlt"): 0.6,
    ("activity", "store", "dlt"): 1.0,
}
_COMPARED = (("null", "bare loop"), ("store", "store floor"), ("files", "dlt"), ("store", "dlt"))
_OUTPUTS: Mapping[str, str] = {
    "null": '[{"type":"null"}]',
    "files": '[{"type":"files","path":"%s/files"}]',
    "store": '[{"type":"store"}]',
}
_DLT = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "DATA_WRITER__DISABLE_COMPRESSION": "true",
}


_Look = Callable[[Path], None]


@dataclass(frozen=True)
class _Bench:
    """One list on a server, and a folder for what is made of it."""

    stream: str
    count: int
    address: str
    folder: Path

    @property
    def ways(self) -> Mapping[str, Sequence[str]]:
        """The processes to compare, by name."""
        base = f"{self.address}/web/api/v2.1"
        collect = [*RAISED, "collect", self.stream]
        floor = [sys.executable, "-m", "bench.collecting_floors", f"{base}{PATHS[self.stream]}"]
        return {
            "bare loop": floor,
            "null": collect,
            "files": collect,
            "store floor": [*floor, "{place}/" + FILE_NAME, str(self.folder / "ready.ndjson")],
            "store": collect,
            "dlt": [sys.executable, "-m", "bench.collecting_dlt", f"{base}/", PATHS[self.stream].strip("/"), "{place}"],
        }

    def prepare(self) -> None:
        """Make the empty database and the ready documents of the floor, from the store as it is filled."""
        self.measure("store", self._keep_ready)
        connect(self.folder / "empty.db").close()

    def measure(self, way: str, then: _Look = lambda _: None) -> Cost:
        """Run a process in an empty folder and look at what it left there."""
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            if way == "store floor":
                (Path(place) / FILE_NAME).write_bytes((self.folder / "empty.db").read_bytes())
            output = _OUTPUTS.get(way, "")
            environ = environment(self.address, Path(place), output % place if "%s" in output else output, **_DLT)
            taken = cost([each.replace("{place}", place) for each in self.ways[way]], environ, Path(place))
            then(Path(place))
            self._check(way, Path(place))
        return taken

    def _check(self, way: str, place: Path) -> None:
        """All records must have come; else the time says nothing."""
        if way == "files":
            found = sum(path.read_bytes().count(b"\n") for path in (place / "files").glob("*.ndjson*"))
        elif way == "dlt":
            found = sum(path.read_bytes().count(b"\n") for path in (place / "loaded").glob("**/records/*.jsonl"))
        elif way.startswith("store"):
            with closing(sqlite3.connect(place / FILE_NAME)) as connection:
                [(found,)] = connection.execute("SELECT count(*) FROM documents").fetchall()
        else:
            return
        assert found == self.count, (way, found)

    def _keep_ready(self, place: Path) -> None:
        with closing(sqlite3.connect(place / FILE_NAME)) as connection:
            rows = connection.execute("SELECT document FROM documents ORDER BY rowid LIMIT ?", (PAGE,)).fetchall()
        (self.folder / "ready.ndjson").write_text("".join(f"{row[0]}\n" for row in rows), encoding="utf-8")


def run(count: int = RECORDS, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Measure each list."""
    for stream in PATHS:
        with tempfile.TemporaryDirectory() as folder:
            pages = Path(folder) / "pages"
            make_pages(pages, stream, count)
            with serving(pages) as address:
                yield from _measured(_Bench(stream, count, address, Path(folder)), rounds)


def _measured(bench: _Bench, rounds: int) -> Iterator[Figure]:
    bench.prepare()
    costs: dict[str, list[Cost]] = {way: [] for way in bench.ways}
    for _ in range(rounds):
        for way, measured in costs.items():
            measured.append(bench.measure(way))
    for way, measured in costs.items():
        wall = statistics.median(each.wall for each in measured)
        processor = statistics.median(each.processor for each in measured)
        line = f"{bench.stream} {way}: {wall:.2f} s, of it {processor:.2f} s of processor time"
        yield Figure(f"collecting {bench.stream} {way}", wall, "s", line)
    for way, other in _COMPARED:
        pairs = list(zip(costs[way], costs[other], strict=True))
        ratios = [ours.wall / theirs.wall for ours, theirs in pairs]
        ratio, processor = statistics.median(ratios), statistics.median(a.processor / b.processor for a, b in pairs)
        limit = _LIMITS.get((bench.stream, way, other))
        told = "" if limit is None else f"at most {limit}; "
        yield Figure(
            f"collecting {bench.stream} {way} by {other}",
            ratio,
            "times",
            f"{bench.stream} into {way}: {ratio:.2f} times {other} ({told}median of {rounds}, {min(ratios):.2f} to "
            f"{max(ratios):.2f}; of processor time {processor:.2f})",
        )


if __name__ == "__main__":
    from bench.figures import write

    made = []
    for figure in run(*map(int, sys.argv[1:])):
        made.append(figure)
        sys.stdout.write(f"{figure.line}\n")
        sys.stdout.flush()
    write(made)
