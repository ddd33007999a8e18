"""Backfill: a past range, read slice by slice beside the live collection, as a walk of its own.

Its ids are those of the live collection. The ids of the slice in hand and of the one before it are remembered, because
slices meet in a second that both read; those that the live collection may still come by are told to it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Counts, Outcome, with_error
from s1ecs.collect.period import Period
from s1ecs.collect.poll import walk_through
from s1ecs.collect.positions.slice_position import SlicePosition
from s1ecs.collect.seen_ids import SeenIdPolicy
from s1ecs.collect.strategies.choose import strategy_of
from s1ecs.collect.strategies.clocked import horizon
from s1ecs.collect.strategies.step import Step
from s1ecs.collect.strategies.walk import Walk
from s1ecs.errors import S1ecsError
from s1ecs.sentinelone.pagination import SetAside
from s1ecs.state.checkpoints import LIVE, NEVER_SEEN_WHOLE, Commit, SeenIds
from s1ecs.streams.collection_modes import Asking
from s1ecs.timestamps import time_text

# Told after each step: how many slices are complete, how many there are, records read and documents new in all.
ReportSlices = Callable[[Feed, int, int, Counts], None]


def can_backfill(ask: Asking) -> bool:
    """Tell whether the API filters the stream by time."""
    return strategy_of(ask).filters_by_time


async def backfill(feed: Feed, period: Period, stop: asyncio.Event, tell: ReportSlices) -> Outcome | None:
    """Read the period from where an earlier run of the same one stopped; None if that one read it to its end.

    Errors come back in the outcome, never raised.
    """
    name = feed.walk(period.name)
    slices = len(feed.strategy.slices(period))
    outcome: Outcome | None = None
    try:
        while (number := (await _position(feed, period)).slice) < slices:
            before = Outcome(name, Counts()) if outcome is None else outcome
            unread: list[SetAside] = []
            walk = await _slice_walk(feed, period, number, unread.append)
            tell_slice = partial(_progress, tell, (number, slices), before.counts)
            outcome = before.with_(await walk_through(feed, walk, unread, stop, tell_slice))
            if outcome.error is not None or outcome.stopped:
                return outcome
        if outcome is not None:
            forgotten = SeenIds(forget_slices=slices)
            await feed.checkpoints.commit(name, Commit(SlicePosition(slices).write(), seen=forgotten))
    except S1ecsError as error:
        return with_error(outcome or Outcome(name, Counts()), error)
    return outcome


async def read_before(feed: Feed, period: Period) -> bool:
    """Tell whether the period was read to its end already."""
    return (await _position(feed, period)).slice >= len(feed.strategy.slices(period))


async def forget(feed: Feed, period: Period) -> None:
    """Forget the progress of the period, so that it is read from its beginning again."""
    # With the ids of the slice in hand, or the next run takes what an interrupted one delivered for known.
    forgotten = SeenIds(forget_slices=len(feed.strategy.slices(period)))
    await feed.checkpoints.commit(feed.walk(period.name), Commit({}, seen=forgotten))


def _progress(tell: ReportSlices, slices: tuple[int, int], before: Counts, feed: Feed, *step: int | None) -> None:
    records, new, _total = step
    tell(feed, *slices, before.plus(Counts(records or 0, new or 0)))


async def _position(feed: Feed, period: Period) -> SlicePosition:
    return SlicePosition.read((await feed.checkpoints.load(feed.walk(period.name))).position)


async def _slice_walk(feed: Feed, period: Period, number: int, unread: Callable[[SetAside], None]) -> Walk:
    within = (await _position(feed, period)).within
    live = (await feed.checkpoints.load(feed.walk(LIVE))).position
    piece = feed.strategy.slices(period)[number]
    steps = feed.strategy.between(feed.source(unread), time_text(piece.start), time_text(piece.end), within)
    knows_from = horizon(feed.pace, live, feed.client.clocks(), rereads=feed.rereads)
    return Walk(
        feed.walk(period.name),
        SlicePosition(number, within).write(),
        _sliced(steps, number),
        lambda _: Commit(SlicePosition(number + 1).write(), seen=SeenIds(forget_slices=number)),
        round=NEVER_SEEN_WHOLE,
        memory=SeenIdPolicy(number, knows_from),
    )


async def _sliced(steps: AsyncGenerator[Step, None], number: int) -> AsyncGenerator[Step, None]:
    async with aclosing(steps):
        async for step in steps:
            yield replace(step, position=SlicePosition(number, step.position).write())
