"""The memory that `transform` takes for a million lines, and its speed, in a real process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from bench.figures import Figure
from bench.records import lines

LINES = 1_000_000
DISTINCT = 5000
LIMIT_MEGABYTES = 120


def run() -> Iterator[Figure]:
    """Transform a million alerts; the peak is what the kernel counted for the process."""
    block = b"".join(line + b"\n" for line in lines("alert", DISTINCT))
    start = perf_counter()
    command = [str(Path(sys.executable).with_name("s1ecs")), "transform", "alert"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stdin is not None
    for _ in range(LINES // DISTINCT):
        process.stdin.write(block)
    process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    seconds = perf_counter() - start
    peak = usage.ru_maxrss / 1024
    yield Figure(
        "memory of transform",
        peak,
        "MB",
        f"transform of {LINES:,} lines: {peak:.0f} MB at its peak (under {LIMIT_MEGABYTES}), "
        f"{LINES / seconds:,.0f} lines a second",
    )
