"""`python -m chaos`: one run, told on standard output; status 1 if anything was lost, doubled or not tried."""

import argparse
import random
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from chaos.mutants import MUTANTS
from chaos.run import Plan, run
from chaos.said import say
from s1ecs.streams import STREAMS
from servers.archives import ARCHIVES
from servers.unavailable import Unavailable


def main(arguments: Sequence[str] | None = None) -> int:
    """Run once; the exit status. With --cluster as the first argument it is a run of `chaos.cluster`."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["--cluster"]:
        # It needs what only a cluster does.
        from chaos.cluster.__main__ import main as cluster

        return cluster(words[1:])
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
    parser.add_argument("--cluster", action="store_true", help="as the first: workers instead; see --cluster --help")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="an empty folder to leave state and log in")
    given = parser.parse_args(words)
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
        if any(given.keep.iterdir()):
            parser.error(f"--keep {given.keep}: the folder is not empty")
    # So that whoever is told to end takes the processes along that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    say(f"seed {seed}")
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
    with tempfile.TemporaryDirectory(prefix="s1ecs-chaos-") as temporary:
        try:
            verdict = run(plan, given.keep or Path(temporary))
        except Unavailable as reason:
            say(f"FAILED: {reason}")
            return 1
    for line in verdict.lines():
        say(line)
    if verdict.failures:
        say(f"FAILED with seed {seed}")
    return int(bool(verdict.failures))


if __name__ == "__main__":
    sys.exit(main())
