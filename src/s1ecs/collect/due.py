"""The time of the next poll of a stream: by its checkpoint, or soon where the last poll failed."""

from collections.abc import Sequence

from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Outcome
from s1ecs.errors import S1ecsError
from s1ecs.state.checkpoints import LIVE

# When a poll that failed is tried again, where its interval is longer.
_SOON_SECONDS = 300.0

# The same where an output takes no documents: 5, 10, 20, 40 and then 60 seconds.
SECONDS_AFTER_OUTPUT_ERROR = 5.0, 60.0


async def seconds_to_next(feed: Feed, outcomes: Sequence[Outcome], passed: float) -> float:
    """Seconds until the next poll, `passed` of which went by in the last one.

    A poll that went well says by its checkpoint when the next is due; what failed goes on soon, so that an inventory
    that was cut off does not wait for a day.
    """
    interval = feed.pace.interval.total_seconds()
    states = {outcome.state for outcome in outcomes}
    if states == {"ok"}:
        # A console whose nodes disagree about the time would be asked without a pause; an inventory that was cut off is
        # due by when it began.
        least = min(interval, _SOON_SECONDS) - passed if feed.strategy.filters_by_time else 0.0
        return max(await seconds_until_due(feed), least)
    return max(0.0, min(interval, _SOON_SECONDS if "failed" in states else interval) - passed)


async def seconds_until_due(feed: Feed) -> float:
    """Seconds until the live walk is due by its checkpoint; 0 if that can't be read."""
    try:
        checkpoint = await feed.checkpoints.load(feed.walk(LIVE))
    except S1ecsError:
        return 0.0
    # The saved time is by the console's clock.
    await feed.client.learn_time()
    return checkpoint.seconds_until_due(feed.client.now(), feed.pace.interval)
