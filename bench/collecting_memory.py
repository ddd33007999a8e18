"""The most memory that collecting takes for ten thousand, a hundred thousand and a million activities.

python -m bench.collecting_memory               # all three
python -m bench.collecting_memory 1000 10000    # of other numbers, in ascending order
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.own_peak import Measured
from bench.prepared_pages import make_pages, serving
from bench.processes import RAISED, environment

SIZES = (10_000, 100_000, 1_000_000)
LIMIT_MEGABYTES = 150
GROWTH_LIMIT = 1.2
OUTPUTS = '[{"type":"files","path":"files"}]'


def run(sizes: tuple[int, ...] = SIZES) -> Iterator[Figure]:
    """Collect each number into files; the peak is the process's own."""
    peaks = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            pages, place = Path(folder) / "pages", Path(folder) / "collector"
            make_pages(pages, "activity", size)
            place.mkdir()
            with serving(pages) as address:
                environ = environment(address, place, OUTPUTS)
                peak = Measured([*RAISED, "collect", "activity"], environ=environ, folder=place).megabytes()
        peaks.append(peak)
        line = f"collecting {size:,} activities: {peak:.0f} MB at its peak (under {LIMIT_MEGABYTES})"
        yield Figure(f"memory of collecting {size}", peak, "MB", line)
    grown = peaks[-1] / peaks[-2]
    line = f"the greatest number took {grown:.2f} times the memory of the one before (at most {GROWTH_LIMIT})"
    yield Figure("memory of collecting ten times as much", grown, "times", line)


if __name__ == "__main__":
    for figure in run(tuple(map(int, sys.argv[1:])) or SIZES):
        sys.stdout.write(f"{figure.line}\n")
        sys.stdout.flush()
