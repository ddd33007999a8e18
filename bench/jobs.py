"""Time of `s1ecs transform --jobs 2` beside that of one process, by the clock, in turns. It takes two idle cores."""

import os
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.processes import S1ECS, cost
from bench.records import lines

ROUNDS = 3
JOBS = 2
GOAL = 1.7
STREAMS = ("activity", "alert", "threat")
DISTINCT = 1000
BYTES = 300_000_000


def run(rounds: int = ROUNDS, size: int = BYTES) -> Iterator[Figure]:
    """Measure streams whose records are small, usual and large."""
    for stream in STREAMS:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            records = place / "records.ndjson"
            records.write_bytes(b"".join(line + b"\n" for line in lines(stream, DISTINCT)))
            files = [str(records)] * (size // records.stat().st_size)
            ratios, extra = [], []
            for _ in range(rounds):
                one, several = (
                    cost([S1ECS, "transform", stream, "--jobs", str(jobs), *files], os.environ, place)
                    for jobs in (1, JOBS)
                )
                ratios.append(one.wall / several.wall)
                extra.append(several.processor / one.processor)
        ratio = statistics.median(ratios)
        line = (
            f"{stream}: {JOBS} jobs are {ratio:.2f} times as fast as one (goal {GOAL}; median of {rounds}, "
            f"{min(ratios):.2f} to {max(ratios):.2f}) and take {statistics.median(extra):.2f} times the processor time"
        )
        yield Figure(f"transform {stream} {JOBS} jobs", ratio, "times", line)
