"""The re-read: what was walked is walked again now and then, as a walk of its own with its own checkpoint."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from s1ecs.api.paging import SetAside
from s1ecs.collect.checkpoint import LIVE, REREAD, Advance, Checkpoint
from s1ecs.collect.feed import Feed
from s1ecs.collect.live import steps_by_time
from s1ecs.collect.walk import Walk
from s1ecs.collect.walks.bounds import Bounds
from s1ecs.streams.asking import ByTime
from s1ecs.times import bound, earlier, time_text


async def reread_walk(feed: Feed, ask: ByTime, now: datetime, unread: Callable[[SetAside], None]) -> Walk | None:
    """The re-read if it is due; the first is due an interval after the first poll."""
    name = feed.walk(REREAD)
    checkpoint = await feed.checkpoints.load(name)
    next_due = now + feed.pace.reread_interval
    if checkpoint.next_due is None:
        # What is re-read was read before.
        await feed.checkpoints.commit(name, Advance({}, next_due=next_due))
        return None
    if checkpoint.seconds_until_due(now, feed.pace.reread_interval):
        return None
    bounds = await _bounds(feed, checkpoint, now)
    completes = bool(feed.thing)
    return Walk(
        name,
        checkpoint.position or bounds.position,
        steps_by_time(feed, ask, feed.source(unread), bounds, checkpoint.position),
        lambda _: Advance({}, next_due=next_due),
        newest=lambda _: None,
        round=await feed.checkpoints.completed(name) + completes,
        completes=completes,
    )


async def _bounds(feed: Feed, checkpoint: Checkpoint, now: datetime) -> Bounds:
    """What to read again, as far as the live walk ever covered it.

    For an inventory that is all of it, whatever changed meanwhile included; else the recent past, of which ids are
    remembered.
    """
    live = await feed.checkpoints.load(feed.walk(LIVE))
    first: str = live.position["first"]
    until = None
    if feed.pace.reread is not None:
        first = max(first, earlier(time_text(now), feed.pace.reread))
        until = bound(time_text(now))
    if not checkpoint.position:
        return Bounds(first, until=until, overlap=feed.pace.overlap)
    interrupted = Bounds.from_position(checkpoint.position, feed.pace.overlap)
    return replace(interrupted, first=max(first, interrupted.first))
