"""One round of one stream: the live walk, and the re-read of the recent past where it is due."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from s1ecs.api.paging import SetAside
from s1ecs.collect.checkpoint import LIVE, REREAD, Advance, Checkpoint, Position, WalkName
from s1ecs.collect.deliver import Counts, deliver
from s1ecs.collect.feed import Feed, Progress
from s1ecs.collect.times import BEGINNING, bound, earlier, time_text
from s1ecs.collect.walks.by_time import Bounds, walk_by_time
from s1ecs.collect.walks.step import ahead
from s1ecs.errors import S1ecsError

# A walk may take long, and the bounds of the next are asked in whole seconds.
_SLACK = timedelta(hours=1)


@dataclass(frozen=True)
class Outcome:
    """What a walk brought; `error` is what ended it early, `stopped` that the process is to end.

    `unread` are single records that the console never sent in a readable form, `notes` what it said beside its data.
    """

    walk: WalkName
    counts: Counts
    error: S1ecsError | None = None
    stopped: bool = False
    unread: tuple[SetAside, ...] = ()
    notes: tuple[Any, ...] = ()


async def poll(feed: Feed, stop: asyncio.Event, progress: Progress) -> list[Outcome]:
    """Walk what is new, then what is due to be read again. Errors come back in the outcomes, never raised."""
    try:
        await feed.client.learn_time()
        now = feed.client.now()
        outcomes = [await _live(feed, now, stop, progress)]
        if _rereads(feed) and outcomes[0].error is None and not stop.is_set():
            outcomes += await _reread(feed, now, stop, progress)
    except S1ecsError as error:
        return [Outcome(feed.walk(LIVE), Counts(), error)]
    except Exception as error:  # noqa: BLE001 - a mistake of ours in one stream must not end the others
        mistake = S1ecsError(f"{type(error).__name__}: {error}: this is a mistake in s1ecs; report it with this line")
        return [Outcome(feed.walk(LIVE), Counts(), mistake)]
    return outcomes


async def _live(feed: Feed, now: datetime, stop: asyncio.Event, progress: Progress) -> Outcome:
    walk = feed.walk(LIVE)
    checkpoint = await feed.checkpoints.load(walk)
    if checkpoint.position:
        bounds = Bounds.from_position(checkpoint.position, feed.pace.overlap)
    else:
        first = BEGINNING if feed.pace.first_poll is None else earlier(time_text(now), feed.pace.first_poll)
        bounds = Bounds(first, overlap=feed.pace.overlap)

    def finish(position: Position) -> Advance:
        return Advance(position, forget_before=_forget_before(feed, position, now), next_due=now + feed.pace.interval)

    return await _walk(feed, walk, bounds, finish, stop=stop, progress=progress)


async def _reread(feed: Feed, now: datetime, stop: asyncio.Event, progress: Progress) -> list[Outcome]:
    walk = feed.walk(REREAD)
    checkpoint = await feed.checkpoints.load(walk)
    next_due = now + feed.pace.reread_interval
    if checkpoint.next_due is None:
        # What is re-read was read before: the first time comes an interval after the first poll.
        await feed.checkpoints.commit(walk, Advance({}, next_due=next_due))
        return []
    if checkpoint.seconds_until_due(now, feed.pace.reread_interval):
        return []
    bounds = await _reread_bounds(feed, checkpoint, now)
    return [await _walk(feed, walk, bounds, lambda _: Advance({}, next_due=next_due), stop=stop, progress=progress)]


async def _reread_bounds(feed: Feed, checkpoint: Checkpoint, now: datetime) -> Bounds:
    """What to read again: the recent past, as far as the live walk ever covered it and ids are remembered."""
    live = await feed.checkpoints.load(feed.walk(LIVE))
    first = max(live.position["first"], earlier(time_text(now), feed.pace.reread))
    if not checkpoint.position:
        return Bounds(first, until=bound(time_text(now)), overlap=feed.pace.overlap)
    interrupted = Bounds.from_position(checkpoint.position, feed.pace.overlap)
    return replace(interrupted, first=max(first, interrupted.first))


async def _walk(
    feed: Feed,
    walk: WalkName,
    bounds: Bounds,
    finish: Callable[[Position], Advance],
    *,
    stop: asyncio.Event,
    progress: Progress,
) -> Outcome:
    """Walk to the end, delivering each step; then save what `finish` makes of the last position."""
    counts = Counts()
    position: Position = bounds.position
    unread: list[SetAside] = []
    notes: list[Any] = []

    def outcome(error: S1ecsError | None = None, *, stopped: bool = False) -> Outcome:
        return Outcome(walk, counts, error, stopped, tuple(unread), tuple(notes))

    steps = walk_by_time(
        feed.client,
        feed.stream.ask,
        bounds,
        scope=feed.scope,
        page_size=feed.pace.page_size,
        unread=unread.append,
    )
    try:
        async with aclosing(ahead(steps)) as coming:
            async for step in coming:
                counts = counts.plus(await deliver(feed, walk, step))
                position = step.position
                notes += step.notes
                progress(feed, counts.records, counts.delivered, step.total)
                if stop.is_set():
                    return outcome(stopped=True)
        await feed.checkpoints.commit(walk, finish(position))
    except S1ecsError as error:
        return outcome(error)
    return outcome()


def _forget_before(feed: Feed, position: Position, now: datetime) -> str:
    """Before this no id can be read again: by the next live poll, or by a re-read where the stream has one."""
    oldest = Bounds.from_position(position, feed.pace.overlap).since
    if _rereads(feed):
        oldest = min(oldest, earlier(time_text(now), feed.pace.reread))
    return earlier(oldest, _SLACK)


def _rereads(feed: Feed) -> bool:
    return feed.stream.ask.reread is not None and bool(feed.pace.reread)
