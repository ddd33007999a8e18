"""A run on the command line: prepared, done in a folder, told on standard output."""

import argparse
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from chaos.said import say
from servers.unavailable import Unavailable


class Told(Protocol):
    """A verdict of a run, of whichever kind."""

    @property
    def failures(self) -> Sequence[str]:
        """Why the run failed; empty if it did not."""

    def lines(self) -> Sequence[str]:
        """The run for people."""


def prepared(parser: argparse.ArgumentParser, given: argparse.Namespace) -> int:
    """Make the folder of `--keep`, which must be empty, and return the seed, which is told first."""
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
        if any(given.keep.iterdir()):
            parser.error(f"--keep {given.keep}: the folder is not empty")
    # So that whoever is told to end takes the processes along that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    seed: int = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    say(f"seed {seed}")
    return seed


def told(run: Callable[[Path], Told], keep: Path | None, seed: int) -> int:
    """Run in the folder that is kept, or in one of its own; return the exit status."""
    with tempfile.TemporaryDirectory(prefix="s1ecs-chaos-") as temporary:
        try:
            verdict = run((keep or Path(temporary)).absolute())
        except Unavailable as reason:
            say(f"FAILED: {reason}")
            return 1
    for line in verdict.lines():
        say(line)
    if verdict.failures:
        say(f"FAILED with seed {seed}")
    return int(bool(verdict.failures))
