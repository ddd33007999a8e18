"""`python -m fuzz`: mutated records through `transform` and `collect`, told on standard output; status 1 on failure."""

import argparse
import random
import sys
from collections.abc import Sequence
from random import Random

from fuzz.collecting import through_collect
from fuzz.transforming import through_transform
from s1ecs.streams import STREAMS

# No record may take longer, and nothing else on the event loop; seconds of CPU time.
SLOWEST_RECORD = 0.5
LONGEST_SLICE = 0.05
_ROUND = 2000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run once; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--transform", type=int, default=100_000, help="how many records go through transform (100000)")
    parser.add_argument("--collect", type=int, default=10_000, help="how many records are collected (10000)")
    parser.add_argument("--seed", type=int, help="repeats the records of another run")
    parser.add_argument("--stream", action="append", choices=STREAMS, help="a stream to try; all without it")
    given = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    say(f"seed {seed}")
    streams = given.stream or list(STREAMS)
    failures = 0
    for name in streams:
        failures += _transformed(name, given.transform // len(streams), seed)
    for name in streams:
        failures += _collected(name, given.collect // len(streams), seed)
    say(f"failures {failures}, seed {seed}")
    return int(bool(failures))


def _transformed(name: str, count: int, seed: int) -> int:
    try:
        seen = through_transform(name, count, Random(f"{seed} {name} transform"))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
        say(f"transform {name}: FAILED: {type(error).__name__}: {error}")
        return 1
    slow = seen.slowest > SLOWEST_RECORD
    say(
        f"transform {name}: {seen.records} records, {seen.failed} of them pipeline errors, the slowest "
        f"{1000 * seen.slowest:.1f} ms{f': FAILED: {seen.slow!r}' if slow else ''}"
    )
    return int(slow)


def _collected(name: str, count: int, seed: int) -> int:
    random = Random(f"{seed} {name} collect")
    failures = records = poisoned = documents = 0
    longest = 0.0
    while records < count:
        found = through_collect(name, min(_ROUND, count - records), random)
        records += found.records
        poisoned += found.poisoned
        documents += found.documents
        longest = max(longest, found.longest)
        failed = [*found.failures]
        if found.longest > LONGEST_SLICE:
            failed.append(f"the event loop was held up for {1000 * found.longest:.1f} ms by {found.by}")
        for failure in failed:
            say(f"collect {name}: FAILED: {failure} {found.lost[:1]}")
        failures += len(failed)
    say(
        f"collect {name}: {records} records, {poisoned} of them mutated, {documents} documents, the event loop was "
        f"held up for {1000 * longest:.1f} ms at most"
    )
    return failures


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
