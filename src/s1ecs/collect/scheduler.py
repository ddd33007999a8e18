"""Every stream of every console: once (`collect`), or at its interval until told to stop (`run`)."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from s1ecs.collect.checkpoint import LIVE, REREAD, WalkName
from s1ecs.collect.deliver import Counts
from s1ecs.collect.feed import Feed, Progress
from s1ecs.collect.hold import holding
from s1ecs.collect.poll import SET_ASIDE, Outcome, poll
from s1ecs.errors import OutputError, ReaderGone, S1ecsError, StateError
from s1ecs.records import dumps

# What lasts until somebody mends it; it is tried again at each interval, but said anew only when it is something else.
_SAID_ONCE = (*SET_ASIDE, StateError, OutputError)


# When a poll that failed is tried again, where its interval is longer.
_SOON_SECONDS = 300.0


async def collect_once(
    feeds: Sequence[Feed], stop: asyncio.Event, progress: Progress, log: structlog.stdlib.BoundLogger
) -> list[Outcome]:
    """Poll every feed once, all side by side; each outcome is logged as it comes. Raise ReaderGone.

    What is wrong with the state, which all feeds share, is said once.
    """
    said: set[str] = set()

    async def one(feed: Feed) -> list[Outcome]:
        try:
            async with feed.checkpoints.held(feed.own_walks):
                outcomes = await poll(feed, stop, progress)
        except S1ecsError as error:
            outcomes = [Outcome(feed.walk(LIVE), Counts(), error)]
        for outcome in outcomes:
            if isinstance(outcome.error, ReaderGone):
                stop.set()
            elif not isinstance(outcome.error, StateError) or str(outcome.error) not in said:
                say(log, outcome)
            said.add(str(outcome.error))
        return outcomes

    found = [outcome for outcomes in await asyncio.gather(*map(one, feeds)) for outcome in outcomes]
    for outcome in found:
        if isinstance(outcome.error, ReaderGone):
            raise outcome.error
    return found


async def run_forever(
    feeds: Sequence[Feed], stop: asyncio.Event, progress: Progress, log: structlog.stdlib.BoundLogger
) -> list[ReaderGone]:
    """Poll every feed at its interval until `stop` is set.

    The one error that ends it is that nobody reads standard output any more; it is given back.
    """
    found = await asyncio.gather(*(_follow(feed, stop, progress, log) for feed in feeds))
    return [error for errors in found for error in errors]


async def _follow(
    feed: Feed, stop: asyncio.Event, progress: Progress, log: structlog.stdlib.BoundLogger
) -> list[ReaderGone]:
    gone: list[ReaderGone] = []
    said: dict[WalkName, str] = {}
    async with holding(feed, log) as hold:
        wait = await _seconds_until_due(feed)
        while not await _stopped_within(stop, wait):
            wait = feed.pace.interval.total_seconds()
            if not await hold.taken():
                continue
            began = asyncio.get_running_loop().time()
            outcomes = await poll(feed, stop, progress)
            wait = await _pause(feed, outcomes, asyncio.get_running_loop().time() - began)
            for outcome in outcomes:
                if isinstance(outcome.error, ReaderGone):
                    gone.append(outcome.error)
                    stop.set()
                    continue
                reason = str(outcome.error) if isinstance(outcome.error, _SAID_ONCE) else ""
                if not reason or reason != said.get(outcome.walk):
                    say(log, outcome, ", asked again at each interval")
                said[outcome.walk] = reason
    return gone


async def _pause(feed: Feed, outcomes: Sequence[Outcome], passed: float) -> float:
    """Seconds until the next poll, `passed` of which went by in the last one.

    A poll that went well says by its checkpoint when the next is due; what failed goes on soon, so that an inventory
    that was cut off does not wait for a day.
    """
    interval = feed.pace.interval.total_seconds()
    states = {outcome.state for outcome in outcomes}
    if states == {"ok"}:
        return await _seconds_until_due(feed)
    return max(0.0, min(interval, _SOON_SECONDS if "failed" in states else interval) - passed)


async def _seconds_until_due(feed: Feed) -> float:
    try:
        checkpoint = await feed.checkpoints.load(feed.walk(LIVE))
    except S1ecsError:
        return 0.0
    # The saved time is by the console's clock.
    await feed.client.learn_time()
    return checkpoint.seconds_until_due(feed.client.now(), feed.pace.interval)


async def _stopped_within(stop: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()


def say(log: structlog.stdlib.BoundLogger, outcome: Outcome, afterwards: str = "") -> None:
    """One log line for a walk: what it brought, or what ended it; one more for each thing worth a look on the way."""
    for record in outcome.unread:
        log.error(
            f"{outcome.walk}: a record can't be read and was left out: {record.reason}",
            cursor=record.cursor,
            skip=record.skip,
        )
    for failure in outcome.failed:
        if failure.gone:
            log.warning(f"{outcome.walk}: {failure.name} is gone: {failure.error}")
        elif not failure.again:
            log.error(f"{outcome.walk}: {failure.name} is left out, until an answer comes: {failure.error}")
    if refused := outcome.counts.refused:
        log.warning(f"{outcome.walk}: outputs refused documents: {refused}; they are kept, see s1ecs dead-letters")
    facts = _facts(outcome)
    for note in outcome.notes:
        log.warning(f"{outcome.walk}: the console said beside its data, which was kept: {dumps(note).decode()}")
    problem = "" if outcome.error is None else outcome.error.behind(outcome.walk.console)
    problem = problem.removeprefix(f"{outcome.walk}: ")
    if outcome.error is None:
        log.info(f"{outcome.walk}: {_end(outcome)}", **facts)
    elif isinstance(outcome.error, SET_ASIDE):
        log.warning(f"{outcome.walk}: set aside{afterwards}: {problem}", **facts)
    else:
        log.error(f"{outcome.walk}: {problem}", **facts)


def _end(outcome: Outcome) -> str:
    if outcome.stopped:
        return "stopped"
    if outcome.misses:
        return "read, but for what was left out"
    return "up to date" if outcome.walk.walk in {LIVE, REREAD} else "read to its end"


def _facts(outcome: Outcome) -> dict[str, str | int]:
    counts = outcome.counts
    told = {"not_mapped": counts.failed, "refused": counts.refused}
    told["left_out"] = sum(not failure.gone for failure in outcome.failed)
    return {
        "console": outcome.walk.console,
        "stream": outcome.walk.stream,
        "records": counts.records,
        "new": counts.delivered,
        **{name: count for name, count in told.items() if count},
    }
