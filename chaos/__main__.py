"""`python -m chaos`: one run, told on standard output; status 1 if anything was lost, doubled or not tried."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from chaos.mutants import MUTANTS
from chaos.run import Plan, run
from chaos.told import prepared, told
from s1ecs.streams import STREAMS
from servers.archives import ARCHIVES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run once; the exit status. With --cluster it is a run of `chaos.cluster`, which has options of its own."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if "--cluster" in words:
        words.remove("--cluster")
        # It needs what only a cluster does.
        from chaos.cluster.__main__ import main as cluster

        return cluster(words)
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how often the collector is killed (200)")
    parser.add_argument("--seed", type=int, help="repeats the choices of another run; the timing is the machine's")
    parser.add_argument("--minutes", type=float, default=10, help="how long it may take at most (10)")
    parser.add_argument("--agents", type=int, default=5, help="how large the console is at first (5)")
    parser.add_argument("--without", action="append", default=[], choices=STREAMS, help="a stream to leave out")
    parser.add_argument("--search", choices=ARCHIVES, help="a search server as one more output, and its trouble")
    parser.add_argument("--server-kills", type=int, default=5, help="how often the search server is killed (5)")
    parser.add_argument("--archive", action="store_true", help="move days out of the store meanwhile")
    parser.add_argument("--mutant", choices=MUTANTS, help="break the collector on purpose, to see that it is found")
    parser.add_argument("--cluster", action="store_true", help="workers instead; see --cluster --help")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="an empty folder to leave state and log in")
    given = parser.parse_args(words)
    seed = prepared(parser, given)
    streams = [name for name in STREAMS if name not in given.without]
    plan = Plan(
        given.kills,
        seed,
        given.minutes,
        given.agents,
        streams,
        given.mutant,
        given.search,
        given.server_kills,
        given.archive,
    )
    return told(partial(run, plan), given.keep, seed)


if __name__ == "__main__":
    sys.exit(main())
