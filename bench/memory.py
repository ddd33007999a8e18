"""The memory that `transform` takes for a million lines, and its speed, in a real process."""

import subprocess
from collections.abc import Iterator
from time import perf_counter

from bench.figures import Figure
from bench.own_peak import Measured
from bench.processes import S1ECS
from bench.records import lines

LINES = 1_000_000
DISTINCT = 5000
LIMIT_MEGABYTES = 120


def run() -> Iterator[Figure]:
    """Transform a million alerts; the peak is what the kernel counted for the process."""
    block = b"".join(line + b"\n" for line in lines("alert", DISTINCT))
    start = perf_counter()
    command = [S1ECS, "transform", "alert"]
    process = Measured(command, stdin=subprocess.PIPE)
    assert process.input is not None
    for _ in range(LINES // DISTINCT):
        process.input.write(block)
    process.input.close()
    peak = process.megabytes()
    seconds = perf_counter() - start
    yield Figure(
        "memory of transform",
        peak,
        "MB",
        f"transform of {LINES:,} lines: {peak:.0f} MB at its peak (under {LIMIT_MEGABYTES}), "
        f"{LINES / seconds:,.0f} lines a second",
    )
