"""The storm: the collector is started and killed over and over, while the console grows and faults strike."""

import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from chaos import faults
from chaos.collector import Collector, Place
from chaos.console import Console

# A poll is open for certain while a request of it is unanswered, or was answered so few seconds ago.
_JUST_ANSWERED = 0.02
_LOOK_EVERY = 0.05
# How many lives of a hundred end before the first request, and how long one may take to get there.
_STILLBORN = 8
_SECONDS_TO_BEGIN = 15


@dataclass
class Tally:
    """What happened: kills, those inside a poll, and the paths whose requests they cut off."""

    kills: int = 0
    inside: int = 0
    paths: Counter[str] = field(default_factory=Counter)


@dataclass
class Storm:
    """Kills the collector `kills` times until `deadline` (of time.monotonic), at moments drawn from `random`."""

    console: Console
    place: Place
    random: Random
    kills: int
    deadline: float
    overlap_seconds: float
    mutant: str | None = None
    tally: Tally = field(default_factory=Tally)
    _tokens: int = 0
    _refused: int = 0

    def rage(self) -> Tally:
        """Do it; raise EndedByItself if the collector ended otherwise."""
        start_up = 1.0
        while self.tally.kills < self.kills and time.monotonic() < self.deadline:
            began = time.monotonic()
            self.console.fault(faults.draw(self.random, self.console.struck(), self.overlap_seconds))
            budget = (self.deadline - began) / (self.kills - self.tally.kills)
            # Both drawn at every life, so that what one life does leaves the others as they are.
            share, stillborn = self.random.random(), self.random.random() * 100 < _STILLBORN
            asked = self.console.requests()["asked"]
            collector = Collector(self.place, self.mutant)
            try:
                if stillborn:
                    self._wait(collector, share * start_up)
                else:
                    self._until_first_request(collector, asked)
                    start_up = (start_up + time.monotonic() - began) / 2
                    self._wait(collector, share * 2 * max(0.2, budget - start_up))
                collector.still_runs()
                collector.halt()
                self._look()
            finally:
                collector.kill()
            self.tally.kills += 1
        return self.tally

    def _until_first_request(self, collector: Collector, asked: int) -> None:
        latest = time.monotonic() + _SECONDS_TO_BEGIN
        while self.console.requests()["asked"] == asked and time.monotonic() < latest:
            collector.still_runs()
            time.sleep(_LOOK_EVERY)

    def _wait(self, collector: Collector, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.renew_token()
            collector.still_runs()
            time.sleep(min(left, _LOOK_EVERY * 4))

    def renew_token(self) -> None:
        """Put a new token into its file where the console refused the old one."""
        refused = self.console.struck().get("not_authenticated", 0)
        if refused > self._refused:
            self._refused = refused
            self._tokens += 1
            self.place.renew_token(self._tokens)

    def _look(self) -> None:
        halted = time.monotonic()
        told = self.console.requests()
        since = time.monotonic() - halted
        cut = [*told["open"], *(path for path, age in told["answered"] if age - since <= _JUST_ANSWERED)]
        cut = [path for path in cut if path.startswith(faults.PATHS)]
        self.tally.inside += bool(cut)
        self.tally.paths.update({_shown(path) for path in cut})


def _shown(path: str) -> str:
    """The path with ids left out, so that it can be counted."""
    return "/".join("{id}" if part.isdecimal() else part for part in path.split("/"))
