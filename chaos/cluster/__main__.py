"""`python -m chaos --cluster`: one run, told on standard output; status 1 if it failed."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from chaos.cluster.mutants import MUTANTS
from chaos.cluster.run import ClusterPlan, run
from chaos.told import prepared, told
from s1ecs.streams import STREAMS
from servers.archives import ARCHIVES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run once; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m chaos --cluster", description=__doc__)
    parser.add_argument("--consoles", type=int, default=200, help="how many consoles there are (200)")
    parser.add_argument("--workers", type=int, default=4, help="how many workers share them (4)")
    parser.add_argument("--concurrency", type=int, default=10, help="how many consoles each polls at a time (10)")
    parser.add_argument("--seed", type=int, help="repeats the choices of another run; the timing is the machine's")
    parser.add_argument("--minutes", type=float, default=5, help="how long the storm lasts (5)")
    parser.add_argument("--pause", type=float, default=60, help="seconds for which a worker is stopped (60)")
    parser.add_argument("--every", type=float, default=15, help="seconds from one kill or pause to the next (15)")
    parser.add_argument("--agents", type=int, default=3, help="how large each console is at first (3)")
    parser.add_argument("--growth", type=float, default=2, help="changes of each console in a minute (2)")
    parser.add_argument("--without", action="append", default=[], choices=STREAMS, help="a stream to leave out")
    parser.add_argument("--search", choices=ARCHIVES, help="a search server as one more output")
    parser.add_argument("--calm-servers", action="store_true", help="leave PostgreSQL and Kafka alone")
    parser.add_argument("--mutant", choices=MUTANTS, help="break the workers on purpose, to see that it is found")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="an empty folder to leave settings and logs in")
    given = parser.parse_args(arguments)
    seed = prepared(parser, given)
    plan = ClusterPlan(
        seed,
        given.consoles,
        given.workers,
        given.concurrency,
        given.minutes,
        given.pause,
        given.every,
        given.agents,
        given.growth,
        [name for name in STREAMS if name not in given.without],
        given.mutant,
        given.search,
        servers_fail=not given.calm_servers,
    )
    return told(partial(run, plan), given.keep, seed)


if __name__ == "__main__":
    sys.exit(main())
