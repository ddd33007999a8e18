"""Backfill: a past range, read slice by slice beside the live collection, as a walk of its own.

Its ids are those of the live collection. The ids of the slice in hand and of the one before it are remembered, because
slices meet in a second that both read; those that the live collection may still come by are told to it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from s1ecs.api.paging import SetAside
from s1ecs.collect.checkpoint import LIVE, NEVER_SEEN_WHOLE, Advance, Position
from s1ecs.collect.deliver import Counts
from s1ecs.collect.feed import Feed
from s1ecs.collect.live import remembered_from, steps_by_time
from s1ecs.collect.memory import Memory
from s1ecs.collect.poll import Outcome, walk_through, with_error
from s1ecs.collect.walk import Walk
from s1ecs.collect.walks.bounds import Bounds
from s1ecs.collect.walks.step import Step
from s1ecs.collect.walks.window import Span, walk_window
from s1ecs.errors import S1ecsError
from s1ecs.streams.asking import Asking, ByTime, Inventory, Window
from s1ecs.times import bound, earlier, time_text

_SLICE = timedelta(days=1)

# Told after each step: how many slices are complete, how many there are, records read and documents new in all.
Tell = Callable[[Feed, int, int, Counts], None]


@dataclass(frozen=True)
class Period:
    """A range of time, both ends in it, in whole seconds."""

    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """What the checkpoint of its backfill is named."""
        return f"backfill {bound(time_text(self.start))} to {bound(time_text(self.end))}"

    def slices(self) -> list["Period"]:
        """Pieces of a day each, the last one shorter."""
        count = max(1, -((self.start - self.end) // _SLICE))
        starts = [self.start + number * _SLICE for number in range(count)]
        return [Period(start, min(start + _SLICE, self.end)) for start in starts]


def slices_of(feed: Feed, period: Period) -> list[Period]:
    """The pieces in which the stream is read: one alone where a record may be found by several of its times."""
    return [period] if isinstance(feed.ask, Window) else period.slices()


def can_backfill(ask: Asking) -> bool:
    """Whether the API filters the stream by time."""
    return not isinstance(ask, Inventory)


async def backfill(feed: Feed, period: Period, stop: asyncio.Event, tell: Tell) -> Outcome | None:
    """Read the period from where an earlier run of the same one stopped; None if that one read it to its end.

    Errors come back in the outcome, never raised.
    """
    name = feed.walk(period.name)
    slices = len(slices_of(feed, period))
    outcome: Outcome | None = None
    try:
        while (number := (await feed.checkpoints.load(name)).position.get("slice", 0)) < slices:
            before = Outcome(name, Counts()) if outcome is None else outcome
            unread: list[SetAside] = []
            walk = await _slice_walk(feed, period, number, unread.append)
            tell_slice = partial(_progress, tell, (number, slices), before.counts)
            outcome = before.with_(await walk_through(feed, walk, unread, stop, tell_slice))
            if outcome.error is not None or outcome.stopped:
                return outcome
        if outcome is not None:
            await feed.checkpoints.commit(name, Advance({"slice": slices}, forget_slices=slices))
    except S1ecsError as error:
        return with_error(outcome or Outcome(name, Counts()), error)
    return outcome


async def read_before(feed: Feed, period: Period) -> bool:
    """Whether the period was read to its end already."""
    position = (await feed.checkpoints.load(feed.walk(period.name))).position
    return bool(position.get("slice", 0) >= len(slices_of(feed, period)))


async def forget(feed: Feed, period: Period) -> None:
    """Let the period be read from its beginning again."""
    # With the ids of the slice in hand, or the next run takes what an interrupted one delivered for known.
    await feed.checkpoints.commit(feed.walk(period.name), Advance({}, forget_slices=len(slices_of(feed, period))))


def _progress(tell: Tell, slices: tuple[int, int], before: Counts, feed: Feed, *step: int | None) -> None:
    records, new, _total = step
    tell(feed, *slices, before.plus(Counts(records or 0, new or 0)))


async def _slice_walk(feed: Feed, period: Period, number: int, unread: Callable[[SetAside], None]) -> Walk:
    name = feed.walk(period.name)
    within = (await feed.checkpoints.load(name)).position.get("within", {})
    live = (await feed.checkpoints.load(feed.walk(LIVE))).position
    return Walk(
        name,
        {"slice": number, "within": within},
        _sliced(_steps(feed, slices_of(feed, period)[number], within, unread), number),
        lambda _: Advance({"slice": number + 1}, forget_slices=number),
        newest=lambda _: None,
        round=NEVER_SEEN_WHOLE,
        memory=Memory(number, remembered_from(feed, live, feed.client.now())),
    )


def _steps(
    feed: Feed, piece: Period, within: Position, unread: Callable[[SetAside], None]
) -> AsyncGenerator[Step, None]:
    start, end = time_text(piece.start), time_text(piece.end)
    source = feed.source(unread)
    if isinstance(feed.ask, ByTime):
        bounds = Bounds.from_position(within, timedelta(0)) if within else Bounds(start, until=bound(end))
        return steps_by_time(feed, feed.ask, source, bounds, within)
    if isinstance(feed.ask, Inventory):
        raise TypeError(f"{feed}: the API does not filter it by time")
    # The start of a window does not belong to it.
    span = Span.from_position(within) if within else Span(earlier(start, timedelta(seconds=1)), end)
    return walk_window(source, feed.ask, span)


async def _sliced(steps: AsyncGenerator[Step, None], number: int) -> AsyncGenerator[Step, None]:
    async with aclosing(steps):
        async for step in steps:
            yield replace(step, position={"slice": number, "within": step.position})
