"""One round of one stream: the live walk, and the re-read where it is due."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from s1ecs.api.paging import SetAside
from s1ecs.collect.checkpoint import LIVE, PollNote, Position, WalkName
from s1ecs.collect.deliver import Counts, deliver
from s1ecs.collect.feed import Feed, Progress
from s1ecs.collect.live import live_walk
from s1ecs.collect.reread import reread_walk
from s1ecs.collect.times import time_text
from s1ecs.collect.walk import Walk
from s1ecs.collect.walks.buffer import Buffer
from s1ecs.collect.walks.step import ItemFailed
from s1ecs.errors import Forbidden, NotFound, S1ecsError, Unauthorized
from s1ecs.streams.asking import ByTime

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
        await _note(feed, outcomes)
    except S1ecsError as error:
        return [Outcome(feed.walk(LIVE), Counts(), error)]
    except Exception as error:  # noqa: BLE001 - a mistake of ours in one stream must not end the others
        mistake = S1ecsError(f"{type(error).__name__}: {error}: this is a mistake in s1ecs; report it with this line")
        return [Outcome(feed.walk(LIVE), Counts(), mistake)]
    return outcomes


async def _walks(feed: Feed, stop: asyncio.Event, progress: Progress) -> list[Outcome]:
    await feed.client.learn_time()
    now = feed.client.now()
    unread: list[SetAside] = []
    name = feed.walk(LIVE)
    checkpoint = await feed.checkpoints.load(name)
    completed = await feed.checkpoints.completed(name)
    live = await walk_through(feed, live_walk(feed, checkpoint, now, completed, unread.append), unread, stop, progress)
    if not feed.rereads or not isinstance(feed.ask, ByTime) or live.error is not None or stop.is_set():
        return [live]
    unread = []
    again = await reread_walk(feed, feed.ask, now, unread.append)
    return [live] if again is None else [live, await walk_through(feed, again, unread, stop, progress)]


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

    def outcome(error: S1ecsError | None = None, *, stopped: bool = False) -> Outcome:
        newest = walk.newest(position)
        return Outcome(walk.name, counts, error, stopped, tuple(unread), tuple(failed), tuple(notes), newest)

    try:
        async with Buffer(walk.steps) as coming:
            async for step in coming:
                failed += step.failed
                position = {**step.position, **_missed(position, unread, failed)}
                made = await deliver(feed, walk.name, step, position, round_=walk.round)
                feed.watch.step(walk.name, made)
                counts = counts.plus(made)
                notes += step.notes
                progress(feed, counts.records, counts.delivered, step.total)
                if stop.is_set():
                    return outcome(stopped=True)
        complete = walk.completes and not _missed(position, unread, failed)
        last = replace(walk.finish(position), completed=walk.round if complete else None)
        await feed.checkpoints.commit(walk.name, last)
    except S1ecsError as error:
        return outcome(error)
    return outcome()


def _missed(position: Position, unread: Sequence[SetAside], failed: Sequence[ItemFailed]) -> dict[str, bool]:
    missing = unread or any(not failure.gone for failure in failed)
    return dict(_MISSED) if missing or position.get("missed") else {}


async def _note(feed: Feed, outcomes: Sequence[Outcome]) -> None:
    worst = next((outcome for outcome in outcomes if outcome.state != "ok"), outcomes[0])
    note = PollNote(
        polled=time_text(feed.client.now()),
        state=worst.state,
        reason="" if worst.error is None else str(worst.error),
        newest=outcomes[0].newest,
    )
    await feed.checkpoints.note(feed.walk(LIVE), note)
