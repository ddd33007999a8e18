"""Every stream of every console: once (`collect`), or at its interval until told to stop (`run`)."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta

import structlog

from s1ecs.backoff import BackOff
from s1ecs.collect.clock_watch import ClockWatch
from s1ecs.collect.due import SECONDS_AFTER_OUTPUT_ERROR, seconds_to_next, seconds_until_due
from s1ecs.collect.feed import Feed, ReportProgress
from s1ecs.collect.lease import leased
from s1ecs.collect.outcome import Counts, Outcome
from s1ecs.collect.poll import poll
from s1ecs.collect.run_log import RunLog
from s1ecs.errors import OutputError, ReaderGone, S1ecsError, WalkTaken
from s1ecs.state.checkpoints import LIVE
from s1ecs.tasks import side_by_side

# A job that collects once a day never comes at the same second: by this share of its interval an inventory may be read
# early, else it would be read every other day.
_EARLY = 0.1

# The first polls of many streams begin one after the other: all at once, they would hold up each other's connections.
_APART_SECONDS = 0.01


async def collect_once(
    feeds: Sequence[Feed],
    stop: asyncio.Event,
    progress: ReportProgress,
    log: structlog.stdlib.BoundLogger,
    *,
    full: bool = True,
) -> list[Outcome]:
    """Poll every feed once, all side by side; each outcome is logged as it comes.

    Without `full` an inventory that is walked as a whole is left alone until its interval has passed. Raise ReaderGone
    as soon as nobody reads standard output any more, with no feed at work.
    """
    run_log = RunLog(log, follows=False)
    watch = ClockWatch(log)

    def tell(outcome: Outcome) -> None:
        if isinstance(outcome.error, ReaderGone):
            raise outcome.error
        run_log.outcome(outcome)

    async def one(number: int, feed: Feed, hold: AsyncExitStack) -> list[Outcome]:
        async with hold:
            if number:
                await _stopped_within(stop, number * _APART_SECONDS)
            wait = 0.0 if full else await _seconds_until_whole_walk(feed)
            outcomes = await poll(feed, stop, progress, due=not wait)
            if not outcomes:
                run_log.not_due(feed, feed.client.now() + timedelta(seconds=wait))
                return [Outcome(feed.walk(LIVE), Counts())]
        for outcome in outcomes:
            tell(outcome)
        await _look(watch, feed)
        return outcomes

    async with AsyncExitStack() as holds:
        free, refused = await _hold(feeds, holds)
        run_log.taken(refused, len(feeds))
        for outcome in refused:
            if not isinstance(outcome.error, WalkTaken):
                tell(outcome)
        polled = await side_by_side([one(number, *each) for number, each in enumerate(free)])
    return [*refused, *(outcome for outcomes in polled for outcome in outcomes)]


async def _hold(
    feeds: Sequence[Feed], holds: AsyncExitStack
) -> tuple[list[tuple[Feed, AsyncExitStack]], list[Outcome]]:
    """Take the feeds' walks: those that are ours now, each with what releases them, and outcomes of the others."""
    free: list[tuple[Feed, AsyncExitStack]] = []
    refused: list[Outcome] = []
    for feed in feeds:
        hold = await holds.enter_async_context(AsyncExitStack())
        try:
            await hold.enter_async_context(feed.state.leases.held(feed.own_walks))
        except S1ecsError as error:
            refused.append(Outcome(feed.walk(LIVE), Counts(), error))
        else:
            free.append((feed, hold))
    return free, refused


async def run_forever(
    feeds: Sequence[Feed], stop: asyncio.Event, progress: ReportProgress, log: structlog.stdlib.BoundLogger
) -> None:
    """Poll every feed at its interval until `stop` is set.

    The one error that ends it is ReaderGone: nobody reads standard output any more. It is raised at once.
    """
    watch, run_log = ClockWatch(log), RunLog(log, follows=True)
    run_log.started(feeds)
    await side_by_side(
        [
            _follow(feed, stop, progress, log, run_log, watch=watch, after=number * _APART_SECONDS)
            for number, feed in enumerate(feeds)
        ]
    )
    run_log.stopped()


async def _look(watch: ClockWatch, feed: Feed) -> None:
    """Look at the console's clock; what is wrong with the state is told by the stream itself."""
    with suppress(S1ecsError):
        await watch.look(feed)


async def _follow(
    feed: Feed,
    stop: asyncio.Event,
    progress: ReportProgress,
    log: structlog.stdlib.BoundLogger,
    run_log: RunLog,
    *,
    watch: ClockWatch,
    after: float,
) -> None:
    not_taken = BackOff(*SECONDS_AFTER_OUTPUT_ERROR)
    async with leased(feed, log) as lease:
        if after:
            await _stopped_within(stop, after)
        wait = await seconds_until_due(feed)
        while not await _stopped_within(stop, wait):
            wait = feed.pace.interval.total_seconds()
            if not await lease.acquire():
                continue
            began = asyncio.get_running_loop().time()
            outcomes = await poll(feed, stop, progress)
            wait = await seconds_to_next(feed, outcomes, asyncio.get_running_loop().time() - began)
            if any(isinstance(outcome.error, OutputError) for outcome in outcomes):
                wait = min(wait, not_taken.next())
            else:
                not_taken.reset()
            for outcome in outcomes:
                if isinstance(outcome.error, ReaderGone):
                    raise outcome.error
                run_log.outcome(outcome)
            await _look(watch, feed)


async def _seconds_until_whole_walk(feed: Feed) -> float:
    """Seconds until a complete inventory is due again; 0 where it is due, was cut off, or is read by time."""
    if feed.strategy.filters_by_time:
        return 0.0
    with suppress(S1ecsError):
        checkpoint = await feed.checkpoints.load(feed.walk(LIVE))
        if not checkpoint.position:
            wait = await seconds_until_due(feed)
            return wait if wait > _EARLY * feed.pace.interval.total_seconds() else 0.0
    return 0.0


async def _stopped_within(stop: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()
