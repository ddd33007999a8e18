"""The live walk of a stream: what is new since the last poll, in the stream's way of asking."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from s1ecs.api.paging import SetAside
from s1ecs.collect.checkpoint import LIVE, Advance, Checkpoint, Position
from s1ecs.collect.feed import Feed
from s1ecs.collect.walk import Walk
from s1ecs.collect.walks.bounds import Bounds
from s1ecs.collect.walks.by_time import walk_by_time
from s1ecs.collect.walks.inventory import walk_inventory, walk_inventory_items
from s1ecs.collect.walks.items_by_time import walk_items_by_time
from s1ecs.collect.walks.source import Source
from s1ecs.collect.walks.step import Step
from s1ecs.collect.walks.window import Span, latest, walk_window
from s1ecs.streams.asking import ByTime, Inventory, Window
from s1ecs.times import BEGINNING, earlier, moment_of, time_text

# An id is remembered for this long behind what may be read again: a walk may take long, and bounds are whole seconds.
_FORGET_AFTER = timedelta(hours=1)


def live_walk(
    feed: Feed, checkpoint: Checkpoint, now: datetime, completed: int, unread: Callable[[SetAside], None]
) -> Walk:
    """The walk from where the checkpoint stands; `completed` is the last round that was completed."""
    source = feed.source(unread)
    ask, position = feed.ask, checkpoint.position
    if isinstance(ask, Window):
        return _window(feed, ask, source, position, now)
    walk = (
        _by_time(feed, ask, source, position, now)
        if isinstance(ask, ByTime)
        else _inventory(feed, ask, source, position, now)
    )
    return replace(walk, round=completed + walk.completes)


def first_bound(feed: Feed, now: datetime) -> str:
    """How far back the first poll looks."""
    return BEGINNING if feed.pace.first_poll is None else earlier(time_text(now), feed.pace.first_poll)


def _by_time(feed: Feed, ask: ByTime, source: Source, position: Position, now: datetime) -> Walk:
    bounds = _bounds(feed, position, now)
    return Walk(
        feed.walk(LIVE),
        position or bounds.position,
        steps_by_time(feed, ask, source, bounds, position),
        partial(_finish, feed, now),
    )


def _bounds(feed: Feed, position: Position, now: datetime) -> Bounds:
    if position:
        return Bounds.from_position(position, feed.pace.overlap)
    return Bounds(first_bound(feed, now), overlap=feed.pace.overlap)


def steps_by_time(
    feed: Feed, ask: ByTime, source: Source, bounds: Bounds, position: Position
) -> AsyncGenerator[Step, None]:
    """The steps of a walk by time, with or without a call per item."""
    if ask.per_item is None:
        return walk_by_time(source, ask, bounds)
    unchanged = partial(feed.checkpoints.unchanged, feed.walk(LIVE))
    return walk_items_by_time(
        source, ask, ask.per_item, bounds, position=position, unchanged=unchanged, overlap=feed.pace.overlap
    )


def remembered_from(feed: Feed, position: Position, now: datetime) -> str:
    """Ids of an earlier time than this can't be read again by the live walk that stands at `position`, or a re-read."""
    oldest = Bounds.from_position(position, feed.pace.overlap).ended.since if position else first_bound(feed, now)
    if feed.rereads and feed.pace.reread is not None:
        oldest = min(oldest, earlier(time_text(now), feed.pace.reread))
    return earlier(oldest, _FORGET_AFTER)


def _finish(feed: Feed, now: datetime, position: Position) -> Advance:
    bounds = Bounds.from_position(position, feed.pace.overlap).ended
    forgotten = max(remembered_from(feed, bounds.position, now), bounds.forgotten)
    bounds = replace(bounds, forgotten=forgotten)
    return Advance(bounds.position, forget_before=forgotten, next_due=now + feed.pace.interval)


def _window(feed: Feed, ask: Window, source: Source, position: Position, now: datetime) -> Walk:
    """The window that was cut off, else one from where pages by time would begin up to now.

    So it is records' own times that say where a window begins, and a clock that was wrong for a while opens no gap.
    """
    bounds = _bounds(feed, position, now)
    cut_off = position.get("window")
    span = Span(bounds.since, time_text(now)) if cut_off is None else Span.from_position(cut_off)
    return Walk(
        feed.walk(LIVE),
        position or bounds.position,
        _windowed(source, ask, span, bounds),
        partial(_finish, feed, now),
        catches_up=cut_off is not None,
    )


async def _windowed(source: Source, ask: Window, span: Span, bounds: Bounds) -> AsyncGenerator[Step, None]:
    async with aclosing(walk_window(source, ask, span)) as steps:
        async for step in steps:
            bounds = bounds.past([latest(record, ask) for record in step.records], time_text(source.client.now()))
            yield replace(step, position={**bounds.position, "window": step.position})


def _inventory(feed: Feed, ask: Inventory, source: Source, position: Position, now: datetime) -> Walk:
    call = ask.per_item
    began = position.get("began") or time_text(now)
    steps = walk_inventory(source, ask, position) if call is None else walk_inventory_items(source, ask, call, position)
    return Walk(
        feed.walk(LIVE),
        position,
        _since(steps, began),
        # The next walk is due by when this one began, though it may have been cut off since.
        lambda _: Advance({}, next_due=moment_of(began) + feed.pace.interval, listed_since=began),
        # An inventory is as new as the walk that read it to its end; `finish` empties the position.
        newest=lambda last: None if last else time_text(now),
        completes=True,
    )


async def _since(steps: AsyncGenerator[Step, None], began: str) -> AsyncGenerator[Step, None]:
    async with aclosing(steps):
        async for step in steps:
            yield replace(step, position={**step.position, "began": began})
