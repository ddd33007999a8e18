"""One round of one stream: the live walk, and the re-read where it is due."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from s1ecs.collect.consoles.missing_permission import naming_permission
from s1ecs.collect.delivery.deliver import deliver
from s1ecs.collect.delivery.documents import Preparation
from s1ecs.collect.delivery.gone_entities import REPEATED_AFTER, rounds_after
from s1ecs.collect.feed import Feed, ReportProgress
from s1ecs.collect.outcome import Counts, Outcome, with_error
from s1ecs.collect.positions.round_position import RoundPosition
from s1ecs.collect.strategies.prefetch import Prefetch
from s1ecs.collect.strategies.step import ItemFailed, Step
from s1ecs.collect.strategies.walk import Walk
from s1ecs.collect.walks.failed_items import again_walk
from s1ecs.collect.walks.live import live_walk
from s1ecs.collect.walks.reread import reread_walk
from s1ecs.errors import S1ecsError
from s1ecs.sentinelone.pagination import SetAside
from s1ecs.state.checkpoints import LIVE, Commit, Position
from s1ecs.state.status import PollNote
from s1ecs.timestamps import time_text

if TYPE_CHECKING:
    from s1ecs.state.inventory_rounds import RoundDoubt


async def poll(feed: Feed, stop: asyncio.Event, progress: ReportProgress, *, due: bool = True) -> list[Outcome]:
    """Walk what is new, then what is due to be read again. Errors come back in the outcomes, never raised.

    Where an inventory is not `due`, only its items that failed before are read; without any there is no outcome.
    """
    outcomes = await _outcomes(feed, stop, progress, due=due)
    for outcome in outcomes:
        feed.watch.walked(outcome, feed.client.now())
    return outcomes


async def _outcomes(feed: Feed, stop: asyncio.Event, progress: ReportProgress, *, due: bool) -> list[Outcome]:
    try:
        outcomes = await _walks(feed, stop, progress, due=due)
    except S1ecsError as error:
        outcomes = [Outcome(feed.walk(LIVE), Counts(), naming_permission(error, feed.stream))]
    except Exception as error:  # noqa: BLE001 - a mistake of ours in one stream must not end the others
        mistake = S1ecsError(
            f"{type(error).__name__}: {error}: this is a bug in s1ecs; please report it with this line"
        )
        outcomes = [Outcome(feed.walk(LIVE), Counts(), mistake)]
    try:
        if outcomes:
            await _save_note(feed, outcomes)
    except S1ecsError as error:
        return [with_error(outcome, error) for outcome in outcomes]
    return outcomes


async def _walks(feed: Feed, stop: asyncio.Event, progress: ReportProgress, *, due: bool) -> list[Outcome]:
    await feed.gate.admit()
    await feed.client.learn_time()
    clocks = feed.client.clocks()
    now = clocks.console
    live = await _live(feed, now, stop, progress) if due else Outcome(feed.walk(LIVE), Counts())
    goes_on = live.error is None and not stop.is_set()
    if goes_on and feed.per_item is not None:
        unread: list[SetAside] = []
        again = await again_walk(feed, feed.per_item, time_text(clocks.ours), unread.append)
        if again is not None:
            live = live.with_(await walk_through(feed, again, unread, stop, progress))
        elif not due:
            return []
    elif not due:
        return []
    if not goes_on or not feed.rereads:
        return [live]
    unread = []
    reread = await reread_walk(feed, now, unread.append)
    return [live] if reread is None else [live, await walk_through(feed, reread, unread, stop, progress)]


async def _live(feed: Feed, now: datetime, stop: asyncio.Event, progress: ReportProgress) -> Outcome:
    """The live walk; where it ended what an earlier poll began, the one behind it, too."""
    name = feed.walk(LIVE)
    done = Outcome(name, Counts())
    while True:
        unread: list[SetAside] = []
        checkpoint = await feed.checkpoints.load(name)
        walk = live_walk(feed, checkpoint, now, (await feed.checkpoints.rounds(name)).walked, unread.append)
        if walk.stepped:
            await feed.checkpoints.commit(name, Commit(walk.position))
        done = done.with_(await walk_through(feed, walk, unread, stop, progress))
        if not walk.catches_up or done.error is not None or done.stopped:
            return done


async def walk_through(
    feed: Feed, walk: Walk, unread: Sequence[SetAside], stop: asyncio.Event, progress: ReportProgress
) -> Outcome:
    """Walk to the end, delivering each step; then save what the walk's `finish` makes of the last position.

    `unread` is where the walk puts records that can't be read.
    """
    counts = Counts()
    position: Position = walk.position
    failed: list[ItemFailed] = []
    notes: list[Any] = []
    newest: str | None = None
    doubt: RoundDoubt | None = None
    ended = False

    def outcome(error: S1ecsError | None = None, *, stopped: bool = False) -> Outcome:
        told = (ended and walk.newest_at_end) or walk.newest(position)
        known = newest if told is None else told
        error = error and naming_permission(error, feed.stream)
        return Outcome(walk.name, counts, error, stopped, tuple(unread), tuple(failed), tuple(notes), known, doubt)

    try:
        place = await _round_position(feed, walk)
        walk = replace(walk, round=place.round)
        preparation = Preparation(feed)
        # A page is fetched, the one before it is mapped, and the one before that is delivered.
        async with Prefetch(walk.steps) as coming, Prefetch(preparation.steps(coming)) as ready:
            async for prepared in ready:
                step = prepared.step
                failed += step.failed
                if step.missed or unread or any(not each.gone for each in step.failed):
                    place = replace(place, missed=True)
                position = {**step.position, **place.write()}
                newest = _newest(newest, step, time_text(feed.client.now()))
                made = await deliver(feed, walk, prepared, position)
                preparation.learn(made)
                feed.watch.step(walk.name, made)
                counts = counts.plus(made)
                notes += step.notes
                read, total = step.through or (counts.records, step.total)
                progress(feed, read, counts.delivered, total)
                if stop.is_set():
                    return outcome(stopped=True)
        last = walk.finish(position)
        if place.known is not None and not place.missed:
            last = await _completed(feed, walk, last, place.known)
            doubt = last.entities.rounds and last.entities.rounds.doubt
        await feed.checkpoints.commit(walk.name, last)
        position, ended = last.position, True
    except S1ecsError as error:
        return outcome(error)
    return outcome()


async def _round_position(feed: Feed, walk: Walk) -> RoundPosition:
    """The part that every position of the walk has: its round, and the number of things known when it began.

    No earlier walk had that round, not even one that missed something: else what that one saw would count as seen.
    """
    if not walk.completes:
        return RoundPosition(round=walk.round)
    saved = RoundPosition.read(walk.position)
    if saved.known is not None:
        return saved
    known, greatest = await feed.checkpoints.known_entities(walk.name)
    return replace(saved, known=known, round=max(walk.round, greatest + 1) if walk.begins else walk.round)


async def _completed(feed: Feed, walk: Walk, last: Commit, known: int) -> Commit:
    """The last commit of a walk that saw all there is; one that is in doubt is due again soon."""
    rounds = await rounds_after(
        walk.round,
        await feed.checkpoints.rounds(walk.name),
        known=known,
        share=feed.pace.gone_at_most,
        count=partial(feed.checkpoints.count_entities, walk.name),
    )
    if rounds.doubt is None:
        return last.completing(rounds)
    soon = feed.client.now() + REPEATED_AFTER
    due = soon if last.next_due is None else min(soon, last.next_due)
    # Items that are not listed may be among what is missing for the moment: they stay to be asked again.
    kept = replace(last.items, listed_since=None)
    return replace(last, next_due=due, items=kept).completing(rounds)


def _newest(before: str | None, step: Step, now: str) -> str | None:
    """The greatest time that a record had; a mark in place of a time says nothing."""
    times = [time for time in step.times if time <= now]
    return max([*times, *filter(None, [before])], default=None)


async def _save_note(feed: Feed, outcomes: Sequence[Outcome]) -> None:
    worst = next((outcome for outcome in outcomes if outcome.state != "ok"), outcomes[0])
    note = PollNote(
        polled=time_text(feed.client.now()),
        state=worst.state,
        reason=worst.beside if worst.error is None else str(worst.error),
        newest=outcomes[0].newest,
    )
    await feed.state.status.note(feed.walk(LIVE), note)
