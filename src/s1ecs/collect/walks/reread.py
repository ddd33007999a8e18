"""The re-read: what was walked is walked again now and then, as a walk of its own with its own checkpoint."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from s1ecs.collect.feed import Feed
from s1ecs.collect.positions.clocked_position import standing
from s1ecs.collect.positions.saved import SavedPosition
from s1ecs.collect.positions.time_position import TimePosition
from s1ecs.collect.seen_ids import SeenIdPolicy
from s1ecs.collect.strategies.walk import Walk
from s1ecs.sentinelone.pagination import SetAside
from s1ecs.state.checkpoints import LIVE, REREAD, Commit
from s1ecs.timestamps import bound, earlier, later, time_text


async def reread_walk(feed: Feed, now: datetime, unread: Callable[[SetAside], None]) -> Walk | None:
    """Make the re-read if it is due; the first is due an interval after the first poll."""
    name = feed.walk(REREAD)
    checkpoint = await feed.checkpoints.load(name)
    next_due = now + feed.pace.reread_interval
    if checkpoint.next_due is None:
        # What is re-read was read before.
        await feed.checkpoints.commit(name, Commit({}, next_due=next_due))
        return None
    if checkpoint.seconds_until_due(now, feed.pace.reread_interval):
        return None
    saved = checkpoint.position
    live = (await feed.checkpoints.load(feed.walk(LIVE))).position
    first, until = _range(feed, live)
    interrupted = _interrupted(saved, first, until)
    completes = bool(feed.thing)
    return Walk(
        name,
        saved or TimePosition(first, until=until).write(),
        feed.strategy.between(
            feed.source(unread), first, until, None if interrupted is None else interrupted.write(), feed.pace.overlap
        ),
        lambda _: Commit({}, next_due=next_due),
        round=(await feed.checkpoints.rounds(name)).walked + completes,
        completes=completes,
        begins=not saved or TimePosition.read(saved).greatest is None,
        memory=SeenIdPolicy(doubted=TimePosition.read(live).forgotten),
    )


def _range(feed: Feed, live: SavedPosition) -> tuple[str, str | None]:
    """The range to read again, as far as the live walk ever covered it.

    For an inventory that is all of it, whatever changed meanwhile included; else the recent past, of which ids are
    remembered.
    """
    first = TimePosition.read(live).first
    if feed.pace.reread is None:
        return first, None
    clocks = feed.client.clocks()
    first = max(first, earlier(time_text(clocks.earlier), feed.pace.reread))
    # Records may be stamped by the console's clock as it was.
    reach = timedelta(seconds=standing(live, clocks, first).reach)
    return first, bound(max(time_text(clocks.later), later(time_text(clocks.ours), reach)))


def _interrupted(saved: SavedPosition, first: str, until: str | None) -> TimePosition | None:
    """The position to resume from, never before `first`; None where the re-read begins anew."""
    if not saved:
        return None
    position = TimePosition.read(saved)
    if until is not None and (position.until is None or position.until > until):
        # It began under a clock that was ahead.
        return None
    return replace(position, first=max(first, position.first))
