"""One run: a console, a storm, a calm, a comparison."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from chaos import delivered
from chaos.calm import Unfinished, settle
from chaos.collector import Collector, EndedByItself, Place
from chaos.console import Console, peopled_console
from chaos.faults import KINDS
from chaos.held import held_ids
from chaos.storm import Storm, Tally
from chaos.verdict import Verdict, compare

# What is kept of the time for the calm and the comparison; the calls for applications alone need most of it.
_CALM_SHARE, _MOST_CALM = 0.4, 100.0
# How much of that a storm may take that lasts longer, on a machine that is busy.
_GRACE_SHARE = 0.3
_OVERLAP_SHARE, _LEAST_OVERLAP = 0.1, 20.0
# Changes of the console in a minute.
_GROWTH = 240.0


@dataclass(frozen=True)
class Plan:
    """What a run is to do: so many kills in so many minutes. `mutant` breaks the collector on purpose."""

    kills: int
    seed: int
    minutes: float
    agents: int
    streams: Sequence[str]
    mutant: str | None = None


def run(plan: Plan, folder: Path) -> Verdict:
    """Do it in `folder`."""
    began = time.monotonic()
    seconds = plan.minutes * 60
    calm = min(_MOST_CALM, seconds * _CALM_SHARE)
    overlap = max(_LEAST_OVERLAP, seconds * _OVERLAP_SHARE)
    place = Place(folder)
    with peopled_console(agents=plan.agents, seed=plan.seed, growth=_GROWTH) as standin:
        place.prepare(standin.address, plan.streams, overlap)
        random = Random(plan.seed)  # noqa: S311 - it repeats choices, it hides nothing
        storm = Storm(
            standin, place, random, plan.kills, began + seconds - calm, calm * _GRACE_SHARE, overlap, plan.mutant
        )
        problems: list[str] = []
        try:
            storm.rage()
            _settle(plan, place, storm, began + seconds)
        except EndedByItself as problem:
            # What it left behind says nothing about a collector that runs.
            return Verdict((), storm.tally, standin.struck(), KINDS, plan.kills, 0, [str(problem)])
        except Unfinished as problem:
            problems.append(str(problem))
        return _verdict(plan, place, standin, storm.tally, problems)


def _settle(plan: Plan, place: Place, storm: Storm, end: float) -> None:
    storm.console.grow(0)
    storm.console.fault(())
    storm.renew_token()
    collector = Collector(place, plan.mutant)
    try:
        settle(place, collector, plan.streams, seconds=end - time.monotonic())
    finally:
        collector.kill()


def _verdict(plan: Plan, place: Place, standin: Console, tally: Tally, problems: list[str]) -> Verdict:
    held = {stream: held_ids(stream, standin.held(stream)) for stream in plan.streams}
    state = place.state
    differences = [compare("store", name, held[name], delivered.in_store(state, name)) for name in plan.streams]
    for compression, folder in place.files.items():
        output = f"files {compression}"
        differences += [
            compare(output, name, held[name], delivered.in_files(folder, state, name)) for name in plan.streams
        ]
        problems += [f"{output}: {name} was kept apart" for name in delivered.kept_apart(folder)]
    if (found := delivered.damage(state)) != "ok":
        problems.append(f"the store is damaged: {found}")
    problems += place.mistakes()
    problems += [f"the console holds no record of {name}" for name in plan.streams if not held[name].readable]
    records = sum(len(each.readable) for each in held.values())
    return Verdict(differences, tally, standin.struck(), KINDS, plan.kills, records, problems)
