"""One round of one stream: the live walk, and the re-read where it is due."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from s1ecs.api.paging import SetAside
from s1ecs.collect.again import again_walk
from s1ecs.collect.checkpoint import LIVE, PollNote, Position, WalkName
from s1ecs.collect.deliver import Counts, deliver
from s1ecs.collect.feed import Feed, Progress
from s1ecs.collect.live import live_walk
from s1ecs.collect.reread import reread_walk
from s1ecs.collect.walk import Walk
from s1ecs.collect.walks.buffer import Buffer
from s1ecs.collect.walks.step import ItemFailed, Step
from s1ecs.errors import Forbidden, NotFound, S1ecsError, Unauthorized
from s1ecs.streams.asking import ByTime
from s1ecs.times import time_text

# What sets a stream aside: it is said once, and asked again at each interval.
SET_ASIDE = (Forbidden, NotFound, Unauthorized)

# Among what a position holds: something of this walk could not be read, so it does not tell what is gone.
_MISSED = {"missed": True}


@dataclass(frozen=True)
class Outcome:
    """What a walk brought; `error` is what ended it early, `stopped` that the process is to end.

    `unread` are single records that the console never sent in a readable form, `failed` items whose calls failed,
    `notes` what the console said beside its data; `newest` is the greatest time the walk has seen.
    """

    walk: WalkName
    counts: Counts
    error: S1ecsError | None = None
    stopped: bool = False
    unread: tuple[SetAside, ...] = ()
    failed: tuple[ItemFailed, ...] = ()
    notes: tuple[Any, ...] = ()
    newest: str | None = None

    def with_(self, later: "Outcome") -> "Outcome":
        """Both together, as one walk."""
        return Outcome(
            self.walk,
            self.counts.plus(later.counts),
            self.error or later.error,
            self.stopped or later.stopped,
            (*self.unread, *later.unread),
            (*self.failed, *later.failed),
            (*self.notes, *later.notes),
            max(filter(None, (self.newest, later.newest)), default=None),
        )

    @property
    def misses(self) -> bool:
        """Whether something that the console holds was not read, though no error ended the walk."""
        return bool(self.unread) or self.stopped or any(not failure.gone for failure in self.failed)

    @property
    def state(self) -> str:
        """How the walk ended, in a word or two."""
        if self.error is not None:
            return "set aside" if isinstance(self.error, SET_ASIDE) else "failed"
        return "stopped" if self.stopped else "ok"


async def poll(feed: Feed, stop: asyncio.Event, progress: Progress) -> list[Outcome]:
    """Walk what is new, then what is due to be read again. Errors come back in the outcomes, never raised."""
    outcomes = await _outcomes(feed, stop, progress)
    for outcome in outcomes:
        feed.watch.walked(outcome, feed.client.now())
    return outcomes


async def _outcomes(feed: Feed, stop: asyncio.Event, progress: Progress) -> list[Outcome]:
    try:
        outcomes = await _walks(feed, stop, progress)
    except S1ecsError as error:
        outcomes = [Outcome(feed.walk(LIVE), Counts(), error)]
    except Exception as error:  # noqa: BLE001 - a mistake of ours in one stream must not end the others
        mistake = S1ecsError(f"{type(error).__name__}: {error}: this is a mistake in s1ecs; report it with this line")
        outcomes = [Outcome(feed.walk(LIVE), Counts(), mistake)]
    try:
        await _save_note(feed, outcomes)
    except S1ecsError as error:
        return [with_error(outcome, error) for outcome in outcomes]
    return outcomes


def with_error(outcome: Outcome, error: S1ecsError) -> Outcome:
    """The outcome, with an error that it did not have yet."""
    return outcome if outcome.error is not None else replace(outcome, error=error)


async def _walks(feed: Feed, stop: asyncio.Event, progress: Progress) -> list[Outcome]:
    await feed.client.learn_time()
    now = feed.client.now()
    live = await _live(feed, now, stop, progress)
    goes_on = live.error is None and not stop.is_set()
    if goes_on and feed.per_item is not None:
        unread: list[SetAside] = []
        again = await again_walk(feed, feed.per_item, time_text(now), unread.append)
        if again is not None:
            live = live.with_(await walk_through(feed, again, unread, stop, progress))
    if not goes_on or not feed.rereads or not isinstance(feed.ask, ByTime):
        return [live]
    unread = []
    reread = await reread_walk(feed, feed.ask, now, unread.append)
    return [live] if reread is None else [live, await walk_through(feed, reread, unread, stop, progress)]


async def _live(feed: Feed, now: datetime, stop: asyncio.Event, progress: Progress) -> Outcome:
    """The live walk; where it ended what an earlier poll began, the one behind it, too."""
    name = feed.walk(LIVE)
    done = Outcome(name, Counts())
    while True:
        unread: list[SetAside] = []
        checkpoint = await feed.checkpoints.load(name)
        walk = live_walk(feed, checkpoint, now, await feed.checkpoints.completed(name), unread.append)
        done = done.with_(await walk_through(feed, walk, unread, stop, progress))
        if not walk.catches_up or done.error is not None or done.stopped:
            return done


async def walk_through(
    feed: Feed, walk: Walk, unread: Sequence[SetAside], stop: asyncio.Event, progress: Progress
) -> Outcome:
    """Walk to the end, delivering each step; then save what the walk's `finish` makes of the last position.

    `unread` is where the walk puts records that can't be read.
    """
    counts = Counts()
    position: Position = walk.position
    failed: list[ItemFailed] = []
    notes: list[Any] = []
    newest: str | None = None
    missed = bool(position.get("missed"))

    def outcome(error: S1ecsError | None = None, *, stopped: bool = False) -> Outcome:
        known = newest if walk.newest(position) is None else walk.newest(position)
        return Outcome(walk.name, counts, error, stopped, tuple(unread), tuple(failed), tuple(notes), known)

    try:
        async with Buffer(walk.steps) as coming:
            async for step in coming:
                failed += step.failed
                missed = missed or step.missed or bool(unread) or any(not each.gone for each in step.failed)
                position = {**step.position, **(_MISSED if missed and walk.completes else {})}
                newest = _newest(newest, step, time_text(feed.client.now()))
                made = await deliver(feed, walk, step, position)
                feed.watch.step(walk.name, made)
                counts = counts.plus(made)
                notes += step.notes
                progress(feed, counts.records, counts.delivered, step.total)
                if stop.is_set():
                    return outcome(stopped=True)
        complete = walk.completes and not missed
        last = replace(walk.finish(position), completed=walk.round if complete else None)
        await feed.checkpoints.commit(walk.name, last)
        position = last.position
    except S1ecsError as error:
        return outcome(error)
    return outcome()


def _newest(before: str | None, step: Step, now: str) -> str | None:
    """The greatest time that a record had; a mark in place of a time says nothing."""
    times = [time for time in step.times if time <= now]
    return max([*times, *filter(None, [before])], default=None)


async def _save_note(feed: Feed, outcomes: Sequence[Outcome]) -> None:
    worst = next((outcome for outcome in outcomes if outcome.state != "ok"), outcomes[0])
    note = PollNote(
        polled=time_text(feed.client.now()),
        state=worst.state,
        reason="" if worst.error is None else str(worst.error),
        newest=outcomes[0].newest,
    )
    await feed.checkpoints.note(feed.walk(LIVE), note)
