"""Requests a second of a stream with a call for each item of a list, as a share of what the console allows.

The list has two thousand applications; the console allows fifty requests a second, one at once. A part of that is left
on purpose, because a console counts arrivals (`sentinelone/rate_limits.py`).
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.prepared_pages import PAGE, make_applications, serving
from bench.processes import RAISED, cost, environment

APPLICATIONS = 2_000
RATE = 50
GOAL = 0.95
_NULL = '[{"type":"null"}]'


def run(applications: int = APPLICATIONS) -> Iterator[Figure]:
    """Collect once, with so many applications and with none, whose time is that of the start."""
    seconds = []
    for count in (applications, 1):
        with tempfile.TemporaryDirectory() as folder:
            pages, place = Path(folder) / "pages", Path(folder) / "collector"
            make_applications(pages, count)
            place.mkdir()
            with serving(pages) as address:
                environ = environment(address, place, _NULL, BENCH_RATE=str(RATE))
                seconds.append(cost([*RAISED, "collect", "application"], environ, place).wall)
    requests = applications - 1 + (applications - 1) // PAGE
    share = requests / (seconds[0] - seconds[1]) / RATE
    line = f"calls for {applications:,} applications: {share:.1%} of {RATE} requests a second (goal {GOAL:.0%})"
    yield Figure("fan-out share of the allowed rate", share, "of 1", line)
