"""One run: a console, a storm, a calm, a comparison."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from chaos import delivered, rows, search_trouble
from chaos.calm import Unfinished, settle
from chaos.collector import Collector, EndedByItself, Place
from chaos.console import Console, peopled_console
from chaos.difference import Difference, compare
from chaos.faults import KINDS
from chaos.held import Held, held_ids
from chaos.search import Search, searching
from chaos.search_trouble import SearchTrouble
from chaos.storm import Storm
from chaos.verdict import Verdict
from servers.archives import Kind

# What is kept of the time for the calm and the comparison; the calls for applications alone need most of it.
_CALM_SHARE, _MOST_CALM = 0.4, 100.0
# A search server takes its time to come up again; storm and calm end as soon as all is done.
_GRACE_BEHIND_SEARCH, _CALM_BEHIND_SEARCH = 300.0, 400.0
# How much of that a storm may take that lasts longer, on a machine that is busy.
_GRACE_SHARE = 0.3
_OVERLAP_SHARE, _LEAST_OVERLAP = 0.1, 20.0
# Changes of the console in a minute.
_GROWTH = 240.0


@dataclass(frozen=True)
class Plan:
    """What a run is to do: so many kills in so many minutes. `mutant` breaks the collector on purpose.

    With `search` a server of that kind is one more output, itself killed so many times and otherwise in trouble. With
    `archive` days leave the store while the collector is killed.
    """

    kills: int
    seed: int
    minutes: float
    agents: int
    streams: Sequence[str]
    mutant: str | None = None
    search: Kind | None = None
    server_kills: int = 0
    archive: bool = False


def run(plan: Plan, folder: Path) -> Verdict:
    """Do it in `folder`. Raise Unavailable if there is no such search server on this machine."""
    with ExitStack() as stack:
        search = stack.enter_context(searching(plan.search, plan.seed)) if plan.search else None
        began = time.monotonic()
        standin = stack.enter_context(peopled_console(agents=plan.agents, seed=plan.seed, growth=_GROWTH))
        return _run(plan, Place(folder), standin, search, began)


def _run(plan: Plan, place: Place, standin: Console, search: Search | None, began: float) -> Verdict:
    seconds = plan.minutes * 60
    calm = min(_MOST_CALM, seconds * _CALM_SHARE)
    overlap = max(_LEAST_OVERLAP, seconds * _OVERLAP_SHARE)
    place.prepare(standin.address, plan.streams, overlap, [search.output] if search else [], archive=plan.archive)
    random = Random(plan.seed)  # noqa: S311 - it repeats choices, it hides nothing
    grace = _GRACE_BEHIND_SEARCH if search else calm * _GRACE_SHARE
    storm = Storm(standin, place, random, plan.kills, began + seconds - calm, grace, overlap, plan.streams, plan.mutant)
    trouble = None
    if search:
        search.set_up(place)
        left = storm.deadline - time.monotonic()
        trouble = SearchTrouble(search, plan.streams, Random(plan.seed), plan.server_kills, left)  # noqa: S311 - as above
    problems: list[str] = []
    try:
        _rage(storm, trouble)
        end = began + seconds if trouble is None else time.monotonic() + _CALM_BEHIND_SEARCH
        _settle(plan, place, storm, end)
    except EndedByItself as problem:
        # What it left behind says nothing about a collector that runs.
        return Verdict((), storm.tally, standin.struck(), KINDS, plan.kills, 0, [str(problem)])
    except Unfinished as problem:
        problems.append(str(problem))
    held = {stream: held_ids(stream, standin.held(stream)) for stream in plan.streams}
    differences = _differences(place, held, search)
    problems += _problems(place, held, archive=plan.archive)
    records = sum(len(each.readable) for each in held.values())
    struck, kinds = standin.struck(), KINDS
    if trouble:
        struck, kinds = struck | trouble.struck(), kinds + search_trouble.KINDS
        problems += trouble.left_out()
    if search:
        problems += search.stale(plan.streams, place.state)
    return Verdict(differences, storm.tally, struck, kinds, plan.kills, records, problems)


def _rage(storm: Storm, trouble: SearchTrouble | None) -> None:
    if trouble is None:
        storm.rage()
        return
    storm.is_waiting = lambda: trouble.is_down
    storm.others_are_done = lambda: trouble.is_done
    trouble.begin()
    try:
        storm.rage()
    finally:
        trouble.end()


def _settle(plan: Plan, place: Place, storm: Storm, end: float) -> None:
    storm.console.grow(0)
    storm.console.fault(())
    storm.renew_token()
    collector = Collector(place, plan.mutant)
    try:
        settle(place, collector, plan.streams, seconds=end - time.monotonic())
    finally:
        collector.kill()


def _differences(place: Place, held: Mapping[str, Held], search: Search | None) -> list[Difference]:
    state = place.state
    held = {
        name: each._replace(
            allowed=each.allowed | delivered.poisoned(state, name) | delivered.poisoned_in_archive(place.archive, name)
        )
        for name, each in held.items()
    }
    differences = [
        compare("store", name, each, delivered.in_store(state, name) + delivered.in_archive(place.archive, state, name))
        for name, each in held.items()
    ]
    for compression, folder in place.files.items():
        output = f"files {compression}"
        differences += [
            compare(output, name, each, delivered.in_files(folder, state, name)) for name, each in held.items()
        ]
    if search:
        for name, each in held.items():
            allowed = each._replace(allowed=each.allowed | search.poisoned(name))
            differences.append(compare(search.server.kind, name, allowed, search.ids(name)))
    return differences


def _problems(place: Place, held: Mapping[str, Held], *, archive: bool) -> list[str]:
    problems = [
        f"files {compression}: {name} was kept apart"
        for compression, folder in place.files.items()
        for name in delivered.kept_apart(folder)
    ]
    if archive and not any(place.archive.rglob("*.parquet")):
        problems.append("nothing was archived")
    if (found := delivered.damage(place.state)) != "ok":
        problems.append(f"the store is damaged: {found}")
    problems += rows.wrong(place.state)
    problems += place.mistakes()
    return problems + [f"the console holds no record of {name}" for name, each in held.items() if not each.readable]
