"""The storm: the collector is started and killed over and over, while the console grows and faults strike."""

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from chaos import faults, rows
from chaos.collector import Collector, Place
from chaos.console import Console
from chaos.gone import wrongly_gone
from chaos.torn import is_torn
from s1ecs.outputs.files.open_files import OPEN

# A poll is open for certain while a request of it is unanswered, or was answered so few seconds ago.
_JUST_ANSWERED = 0.02
_LOOK_EVERY = 0.05
# How many lives of a hundred end before the first request, and how long one may take to get there.
_STILLBORN = 5
_SECONDS_TO_BEGIN = 15
# How many end as soon as a file was written, before the commit that follows, and how long that is waited for.
_AIMED = 25
_SECONDS_TO_WRITE = 1.0
_GLANCE_EVERY = 0.0003


@dataclass
class Tally:
    """What happened: kills, those inside a poll, those between write and commit, the paths of requests cut off.

    `gone` are things that were taken for gone though the console had them, as stream and id. `waiting` are
    kills while an output could not be reached, when a collector waits most of its time.
    """

    kills: int = 0
    inside: int = 0
    torn: int = 0
    waiting: int = 0
    paths: Counter[str] = field(default_factory=Counter)
    gone: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Storm:
    """Kills the collector `kills` times at moments drawn from `random`, and goes on until `others_are_done`.

    Paced to end by `deadline` (of time.monotonic), and given up `grace` seconds later.
    """

    console: Console
    place: Place
    random: Random
    kills: int
    deadline: float
    grace: float
    overlap_seconds: float
    streams: Sequence[str] = ()
    mutant: str | None = None
    is_waiting: Callable[[], bool] = lambda: False
    others_are_done: Callable[[], bool] = lambda: True
    tally: Tally = field(default_factory=Tally)
    _tokens: int = 0
    _refused: int = 0

    def rage(self) -> Tally:
        """Do it; raise EndedByItself if the collector ended otherwise."""
        start_up = 1.0
        while self._goes_on() and time.monotonic() < self.deadline + self.grace:
            began = time.monotonic()
            self.console.fault(faults.draw(self.random, self.console.struck(), self.overlap_seconds, self.tally.kills))
            budget = max(0.0, self.deadline - began) / max(1, self.kills - self.tally.kills)
            # All drawn at every life, so that what one life does leaves the others as they are.
            share, fate = self.random.random(), self.random.randrange(100)
            asked = self.console.requests()["asked"]
            collector = Collector(self.place, self.mutant)
            try:
                if fate < _STILLBORN:
                    self._wait(collector, share * start_up)
                else:
                    self._until_first_request(collector, asked)
                    start_up = (start_up + time.monotonic() - began) / 2
                    self._wait(collector, share * 2 * max(0.2, budget - start_up))
                    if fate >= 100 - _AIMED:
                        self._until_written()
                collector.still_runs()
                collector.halt()
                cut = self._requests_cut()
            finally:
                collector.kill()
            torn = is_torn(self.place)
            self.tally.kills += 1
            if not self.tally.kills % rows.EVERY:
                rows.have_made_anew(self.place.state)
            self.tally.waiting += not torn and not cut and self.is_waiting()
            self.tally.torn += torn
            self.tally.inside += torn or bool(cut)
            self.tally.paths.update(cut)
        return self.tally

    def _goes_on(self) -> bool:
        return self.tally.kills < self.kills or not self.others_are_done()

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
            self.tally.gone |= wrongly_gone(self.place, self.console, self.streams)
            time.sleep(min(left, _LOOK_EVERY * 4))

    def renew_token(self) -> None:
        """Put a new token into its file where the console refused the old one."""
        refused = self.console.struck().get("not_authenticated", 0)
        if refused > self._refused:
            self._refused = refused
            self._tokens += 1
            self.place.renew_token(self._tokens)

    def _until_written(self) -> None:
        latest = time.monotonic() + _SECONDS_TO_WRITE
        folder = self.place.files["none"]
        before = _sizes(folder)
        while _sizes(folder) == before and time.monotonic() < latest:
            time.sleep(_GLANCE_EVERY)

    def _requests_cut(self) -> set[str]:
        halted = time.monotonic()
        told = self.console.requests()
        since = time.monotonic() - halted
        cut = [*told["open"], *(path for path, age in told["answered"] if age - since <= _JUST_ANSWERED)]
        return {_shown(path) for path in cut if path.startswith(faults.PATHS)}


def _sizes(folder: Path) -> list[int]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.stat().st_size for entry in entries if entry.name.endswith(OPEN))
    except FileNotFoundError:
        # No folder yet, or a file that was closed just now.
        return []


def _shown(path: str) -> str:
    """The path with ids left out, so that it can be counted."""
    return "/".join("{id}" if part.isdecimal() else part for part in path.split("/"))
