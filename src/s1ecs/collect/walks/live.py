"""The live walk of a stream: what is new since the last poll."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from s1ecs.collect.feed import Feed
from s1ecs.collect.strategies.strategy import LiveContext
from s1ecs.collect.strategies.walk import Walk
from s1ecs.sentinelone.pagination import SetAside
from s1ecs.state.checkpoints import LIVE, Checkpoint


def live_walk(
    feed: Feed, checkpoint: Checkpoint, now: datetime, walked: int, unread: Callable[[SetAside], None]
) -> Walk:
    """Make the walk from where the checkpoint stands; `walked` is the round of the last complete walk."""
    context = LiveContext(feed.walk(LIVE), feed.pace, feed.rereads, now)
    walk = feed.strategy.live(context, feed.source(unread), checkpoint.position)
    return replace(walk, round=walked + walk.completes)
