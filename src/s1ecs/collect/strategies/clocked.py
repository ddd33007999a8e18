"""Live walks by time, under clocks that may be wrong: where they stand, and what their end saves."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta

from s1ecs.collect.pace import Pace
from s1ecs.collect.positions.clocked_position import SLACK, Standing, standing
from s1ecs.collect.positions.resuming import resumed
from s1ecs.collect.positions.saved import SavedPosition
from s1ecs.collect.positions.time_bounds import Bounds
from s1ecs.collect.positions.time_position import TimePosition
from s1ecs.collect.strategies.request_context import RequestContext
from s1ecs.collect.strategies.step import Step
from s1ecs.collect.strategies.strategy import LiveContext
from s1ecs.sentinelone.server_clock import Clocks
from s1ecs.state.checkpoints import Commit, SeenIds
from s1ecs.timestamps import BEGINNING, earlier, time_text

# An id is remembered for this long behind what may be read again: a walk may take long, and bounds are whole seconds.
_FORGET_AFTER = timedelta(hours=1)
# What may be read again after a step of the console's clock is remembered for so long; further back outputs are asked.
_REMEMBER_ANCHORS = timedelta(days=1)


def stand(context: LiveContext, source: RequestContext, saved: SavedPosition) -> tuple[Standing, Standing]:
    """Read where the walk stood, and find where it resumes under the clocks as they are now."""
    clocks = source.client.clocks()
    first = first_bound(context.pace, clocks.earlier)
    before = standing(saved, clocks, first)
    return before, resumed(before, clocks, context.pace.overlap, first)


def stepped(before: Standing, stands: Standing) -> bool:
    """Tell whether the clock stepped: a walk may be cut off before its first page, and nobody would know of that."""
    return abs(stands.taken.ahead - before.taken.ahead) > SLACK


def first_bound(pace: Pace, now: datetime) -> str:
    """Give the lower bound of a first poll."""
    return BEGINNING if pace.first_poll is None else earlier(time_text(now), pace.first_poll)


def newest_of(position: SavedPosition) -> str | None:
    """Give the greatest time that a position stands for."""
    return TimePosition.read(position).newest


async def marked(steps: AsyncGenerator[Step, None], stands: Standing) -> AsyncGenerator[Step, None]:
    """Put the clock, under which the walk was begun, into the position of each step."""
    mark = stands.mark()
    async with aclosing(steps):
        async for step in steps:
            yield replace(step, position={**step.position, **mark})


def finish(
    context: LiveContext,
    source: RequestContext,
    stands: Standing,
    began: Clocks,
    position: SavedPosition,
    *,
    whole: bool,
) -> Commit:
    """Make the last commit of a walk that ended at `position`; `whole` if it read all there was."""
    pace, clocks = context.pace, source.client.clocks()
    agreement = max(SLACK, min(pace.clock_tolerance, pace.overlap).total_seconds())
    bounds = Bounds.of(TimePosition.read(position), pace.overlap).ended
    behind = stands.ended(bounds.position, clocks, began.ours, agreement, whole=whole)
    forgotten = max(_remembered_from(pace, behind, clocks, rereads=context.rereads), bounds.forgotten)
    taken = replace(behind.taken, position=replace(behind.taken.position, forgotten=forgotten))
    next_due = context.now + pace.interval
    return Commit(replace(behind, taken=taken).write(), next_due, SeenIds(forget_before=forgotten))


def horizon(pace: Pace, saved: SavedPosition, clocks: Clocks, *, rereads: bool) -> str:
    """Give the time from which on the live walk knows ids by itself; what lies before that it asks outputs for."""
    stands = standing(saved, clocks, first_bound(pace, clocks.earlier))
    from_here = _remembered_from(pace, stands, clocks, rereads=rereads)
    return min(from_here, stands.taken.position.forgotten or from_here)


def _remembered_from(pace: Pace, stands: Standing, clocks: Clocks, *, rereads: bool) -> str:
    """Ids of an earlier time than this can't be read again by the live walk that stands so, or a re-read.

    A clock that is ahead for a while makes nothing be forgotten.
    """
    now, overlap = time_text(clocks.earlier), pace.overlap
    oldest = min(stands.bounds(overlap).ended.since, earlier(now, overlap))
    for anchor in stands.anchors:
        oldest = min(oldest, max(anchor.since(overlap), earlier(now, _REMEMBER_ANCHORS)))
    if rereads and pace.reread is not None:
        oldest = min(oldest, earlier(now, pace.reread))
    return earlier(oldest, _FORGET_AFTER)
