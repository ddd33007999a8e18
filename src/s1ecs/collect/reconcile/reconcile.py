"""Reconciling: what the console holds now against what each output holds, and delivering what is missing.

Only the present state of a record can be asked for: earlier states, which outputs may hold, too, are nobody's loss.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from s1ecs.collect.consoles.missing_permission import naming_permission
from s1ecs.collect.delivery.output_contents import OutputContents, output_contents
from s1ecs.collect.feed import Feed
from s1ecs.collect.period import Period
from s1ecs.collect.reconcile.repair import Lack, delivered_before, repair
from s1ecs.collect.strategies.prefetch import Prefetch
from s1ecs.collect.strategies.record_paths import time_at
from s1ecs.collect.strategies.step import Step
from s1ecs.collect.walks.console_contents import pieces, steps_of, total
from s1ecs.errors import DeliveredMeanwhile, S1ecsError
from s1ecs.records import Record
from s1ecs.sentinelone.pagination import SetAside
from s1ecs.slices import Slices
from s1ecs.timestamps import time_text

REPAIR = "repair"

# Told after each step: feed, pieces that were compared (the one in hand as a fraction), and how many there are.
ReportComparing = Callable[[Feed, float, int], None]


@dataclass
class Comparison:
    """Result of one piece of a stream; `piece` None is the whole inventory.

    `total` is the console's own count, None where it has none; `read` how many records were read, None where an error
    came before; `held` how many of these each output has; `missing` the ids that each lacks, after a repair those that
    it still lacks; `repaired` how many it was given. `due` counts what changed so lately that no poll had to bring it
    yet, `notes` what the console said beside its data, `unread` what could not be read, `error` is what ended the piece
    early, `stopped` that the process is to end.
    """

    feed: Feed
    piece: Period | None
    total: int | None = None
    read: int | None = None
    held: Counter[str] = field(default_factory=Counter)
    missing: dict[str, list[str]] = field(default_factory=dict)
    repaired: Counter[str] = field(default_factory=Counter)
    due: int = 0
    notes: list[Any] = field(default_factory=list)
    unread: int = 0
    error: S1ecsError | None = None
    stopped: bool = False

    @property
    def sound(self) -> bool:
        """True if all was compared and nothing is missing."""
        return self.whole and not any(self.missing.values())

    @property
    def whole(self) -> bool:
        """True if all was compared; else it is unknown what is missing."""
        return not (self.unread or self.error or self.stopped or self.fewer_than_told)

    @property
    def fewer_than_told(self) -> bool:
        """True if fewer records could be read than the console counts."""
        return self.read is not None and self.total is not None and self.read < self.total


async def reconcile(
    feed: Feed,
    period: Period,
    stop: asyncio.Event,
    *,
    repairs: bool,
    tell: ReportComparing = lambda *_: None,
) -> AsyncGenerator[Comparison, None]:
    """Hold every output that can be asked against the console, piece by piece; an error ends it in its finding."""
    asked = output_contents(feed, reading=True)
    every = pieces(feed, period)
    for number, piece in enumerate(every):
        tell(feed, number, len(every))
        finding = Comparison(feed, piece, missing={holding.name: [] for holding in asked}, stopped=stop.is_set())
        if finding.stopped:
            yield finding
            return
        try:
            await _look(finding, asked, stop, repairs=repairs, tell=partial(_tell_part, tell, feed, number, len(every)))
        except S1ecsError as error:
            finding.error = naming_permission(error, feed.stream)
        yield finding
        if finding.error is not None or finding.stopped:
            return
    tell(feed, len(every), len(every))


def _tell_part(tell: ReportComparing, feed: Feed, number: int, count: int, part: float) -> None:
    """Tell how much of a piece was compared; a whole one is told when the next begins."""
    tell(feed, number + min(part, 0.99), count)


async def _look(
    finding: Comparison,
    asked: Sequence[OutputContents],
    stop: asyncio.Event,
    *,
    repairs: bool,
    tell: Callable[[float], None],
) -> None:
    feed, piece = finding.feed, finding.piece
    finding.total = await total(feed, piece)
    unread = list[SetAside]()
    seen = set[str]()
    async with Prefetch(steps_of(feed, piece, feed.source(unread.append)), 2) as coming:
        async for step in coming:
            await _step(finding, asked, step, seen, repairs=repairs)
            read, expected = step.through or (len(seen), finding.total)
            tell(read / expected if expected else 0.0)
            if stop.is_set():
                finding.stopped = True
                break
    finding.read = len(seen)
    finding.unread += len(unread)


async def _step(
    finding: Comparison, asked: Sequence[OutputContents], step: Step, seen: set[str], *, repairs: bool
) -> None:
    feed = finding.feed
    failed = sum(not failure.gone for failure in step.failed)
    finding.unread += step.missed
    finding.notes += step.notes
    if failed:
        # What comes with them may be but a part of what the item's call would have told.
        finding.unread += failed
        return
    records = {}
    slices = Slices()
    for record, time in zip(step.records, step.times, strict=True):
        records[feed.mapper.identify(record)] = (record, time)
        await slices.give_way()
    records = {identity: pair for identity, pair in records.items() if identity not in seen}
    seen.update(records)
    if not records:
        return
    while True:
        try:
            lacks = await _lacks(finding, asked, step, records, repairs=repairs)
        except DeliveredMeanwhile:
            continue
        break
    for holding, missing in lacks:
        finding.missing[holding.name] += missing


async def _lacks(
    finding: Comparison,
    asked: Sequence[OutputContents],
    step: Step,
    records: dict[str, tuple[Record, str]],
    *,
    repairs: bool,
) -> list[Lack]:
    """Find what each output lacks of a step's records, after the repair if there is one; raise DeliveredMeanwhile."""
    feed = finding.feed
    raw = {identity: record for identity, (record, _) in records.items()}
    # Before the outputs are asked: what is delivered in between is neither due nor missing.
    known = await delivered_before(feed, feed.walk(REPAIR), raw)
    due = await _due(feed, raw)
    present = [await holding.present(list(records)) for holding in asked]
    lacks: list[Lack] = [
        (holding, [identity for identity in records if identity not in held | due])
        for holding, held in zip(asked, present, strict=True)
    ]
    if repairs:
        lacks = await _repaired(finding, lacks, step, records, known)
    for holding, held in zip(asked, present, strict=True):
        finding.held[holding.name] += len(held)
    if present:
        finding.due += len(due - present[0].intersection(*present))
    return lacks


async def _repaired(
    finding: Comparison,
    lacks: Sequence[Lack],
    step: Step,
    records: Mapping[str, tuple[Record, str]],
    known: frozenset[str],
) -> list[Lack]:
    """Give the outputs what they lack, and find what they still lack; `known` was remembered before."""
    feed = finding.feed
    missing = {identity: records[identity] for _, ids in lacks for identity in ids}
    if not missing:
        return list(lacks)
    await repair(feed, feed.walk(REPAIR), lacks, step, missing, known=known)
    still = list[Lack]()
    for holding, ids in lacks:
        if not ids:
            continue
        present = await holding.present(ids)
        finding.repaired[holding.name] += len(present)
        finding.held[holding.name] += len(present)
        still.append((holding, [identity for identity in ids if identity not in present]))
    return still


async def _due(feed: Feed, records: dict[str, Record]) -> frozenset[str]:
    """Find those that were never delivered and changed so lately that no poll had to bring them yet."""
    since = time_text(feed.client.now() - _allowance(feed))
    late = {identity: record for identity, record in records.items() if (_changed(feed, record) or "") > since}
    if not late:
        return frozenset()
    return frozenset(late) - await delivered_before(feed, feed.walk(REPAIR), late)


def _allowance(feed: Feed) -> timedelta:
    """The time that a change may take to be collected: what changes unseen waits for the re-read, all may come late."""
    again = feed.pace.reread_interval if feed.rereads else timedelta(0)
    return max(feed.pace.interval, again) + feed.pace.overlap


def _changed(feed: Feed, record: Record) -> str | None:
    """The latest of the times that the record's identity or its way of asking names."""
    named = [path for path in feed.stream.table.identity if path.endswith("At")]
    times = [*(time_at(record, path) for path in named), feed.strategy.changed(record)]
    return max((time for time in times if time is not None), default=None)
