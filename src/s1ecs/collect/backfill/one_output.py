"""Backfill of one output alone: it gets what it lacks by its own word, and the live collection is told nothing.

The others may lack what this output got, so that no id, no state of an entity and no item is remembered as delivered.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from s1ecs.collect.backfill.backfill import ReportSlices
from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Counts, Outcome, with_error
from s1ecs.collect.period import Period
from s1ecs.collect.poll import walk_through
from s1ecs.collect.positions.slice_position import SlicePosition
from s1ecs.collect.seen_ids import ONE_OUTPUT
from s1ecs.collect.strategies.step import Step
from s1ecs.collect.strategies.walk import Walk
from s1ecs.collect.walks.console_contents import pieces, steps_of
from s1ecs.errors import S1ecsError
from s1ecs.sentinelone.pagination import SetAside
from s1ecs.state.checkpoints import Commit, WalkName


def walk_of(feed: Feed, period: Period) -> WalkName:
    """Give the name of the checkpoint of the backfill of a feed's only output."""
    [output] = feed.outputs
    return feed.walk(f"{period.name} for {output.name}")


async def backfill_one(feed: Feed, period: Period, stop: asyncio.Event, tell: ReportSlices) -> Outcome | None:
    """Read the period for the feed's only output, from the first day that an earlier run did not read whole.

    None if that one read it to its end. Errors come back in the outcome, never raised.
    """
    name = walk_of(feed, period)
    slices = pieces(feed, period)
    outcome: Outcome | None = None
    try:
        first = SlicePosition.read((await feed.checkpoints.load(name)).position).slice
        left: int | None = None
        for number in range(first, len(slices)):
            before = Outcome(name, Counts()) if outcome is None else outcome
            unread = list[SetAside]()
            steps = steps_of(feed, slices[number], feed.source(unread.append))
            # A day of which something could not be read is read again by the next run.
            at = number if left is None else left
            walk = Walk(name, SlicePosition(at).write(), _at(steps, at), Commit, memory=ONE_OUTPUT)
            made = await walk_through(feed, walk, unread, stop, partial(_progress, tell, number, slices, before.counts))
            outcome = before.with_(made)
            if outcome.error is not None or outcome.stopped:
                return outcome
            left = at if made.misses or left is not None else None
            await feed.checkpoints.commit(name, Commit(SlicePosition(number + 1 if left is None else left).write()))
    except S1ecsError as error:
        return with_error(outcome or Outcome(name, Counts()), error)
    return outcome


def _progress(
    tell: ReportSlices, number: int, slices: list[Period | None], before: Counts, feed: Feed, *step: int | None
) -> None:
    records, new, _total = step
    tell(feed, number, len(slices), before.plus(Counts(records or 0, new or 0)))


async def _at(steps: AsyncGenerator[Step, None], number: int) -> AsyncGenerator[Step, None]:
    async with aclosing(steps):
        async for step in steps:
            yield replace(step, position=SlicePosition(number).write())
