"""Every stream of every console: once (`collect`), or at its interval until told to stop (`run`)."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any, TypeVar

import structlog

from s1ecs.collect.checkpoint import LIVE, REREAD, WalkName
from s1ecs.collect.deliver import Counts
from s1ecs.collect.feed import Feed, Progress
from s1ecs.collect.hold import holding
from s1ecs.collect.poll import SET_ASIDE, Outcome, poll
from s1ecs.errors import OutputError, ReaderGone, S1ecsError, StateError, WalkTaken
from s1ecs.records import dumps

T = TypeVar("T")

# What lasts until somebody mends it; it is tried again at each interval, but said anew only when it is something else.
_SAID_ONCE = (*SET_ASIDE, StateError, OutputError)

# When a poll that failed is tried again, where its interval is longer.
_SOON_SECONDS = 300.0

# The same where an output takes no documents: after the first poll in a row that failed so, the second, and so on.
_OUTPUT_SECONDS = (5.0, 10.0, 20.0, 40.0, 60.0)


async def collect_once(
    feeds: Sequence[Feed], stop: asyncio.Event, progress: Progress, log: structlog.stdlib.BoundLogger
) -> list[Outcome]:
    """Poll every feed once, all side by side; each outcome is logged as it comes.

    What is wrong with the state, which all feeds share, is said once. Raise ReaderGone as soon as nobody reads
    standard output any more, with no feed at work.
    """
    said: set[str] = set()

    def tell(outcome: Outcome) -> None:
        if isinstance(outcome.error, ReaderGone):
            raise outcome.error
        if not isinstance(outcome.error, StateError) or str(outcome.error) not in said:
            say(log, outcome)
        said.add(str(outcome.error))

    async def one(feed: Feed, hold: AsyncExitStack) -> list[Outcome]:
        async with hold:
            outcomes = await poll(feed, stop, progress)
        for outcome in outcomes:
            tell(outcome)
        return outcomes

    async with AsyncExitStack() as holds:
        free, refused = await _hold(feeds, holds)
        _say_taken(log, refused, len(feeds))
        for outcome in refused:
            if not isinstance(outcome.error, WalkTaken):
                tell(outcome)
        polled = await _side_by_side([one(feed, hold) for feed, hold in free])
    return [*refused, *(outcome for outcomes in polled for outcome in outcomes)]


async def _hold(
    feeds: Sequence[Feed], holds: AsyncExitStack
) -> tuple[list[tuple[Feed, AsyncExitStack]], list[Outcome]]:
    """Those feeds whose walks are ours now, each with what lets go of them; and the outcomes of the others."""
    free: list[tuple[Feed, AsyncExitStack]] = []
    refused: list[Outcome] = []
    for feed in feeds:
        hold = await holds.enter_async_context(AsyncExitStack())
        try:
            await hold.enter_async_context(feed.checkpoints.held(feed.own_walks))
        except S1ecsError as error:
            refused.append(Outcome(feed.walk(LIVE), Counts(), error))
        else:
            free.append((feed, hold))
    return free, refused


def _say_taken(log: structlog.stdlib.BoundLogger, outcomes: Sequence[Outcome], feeds: int) -> None:
    """One line for each process that holds walks, since mostly it is one that holds them all."""
    taken: dict[str, list[WalkTaken]] = {}
    for outcome in outcomes:
        if isinstance(outcome.error, WalkTaken):
            taken.setdefault(outcome.error.reason, []).append(outcome.error)
    for reason, errors in taken.items():
        names = "all streams" if 1 < len(errors) == feeds else ", ".join(error.walk for error in errors)
        log.error(f"{names}: {reason}")


async def _side_by_side(works: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """What each work brings; the first error ends all of them and is raised once they ended."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def run_forever(
    feeds: Sequence[Feed], stop: asyncio.Event, progress: Progress, log: structlog.stdlib.BoundLogger
) -> None:
    """Poll every feed at its interval until `stop` is set.

    The one error that ends it is ReaderGone: nobody reads standard output any more. It is raised at once.
    """
    await _side_by_side([_follow(feed, stop, progress, log) for feed in feeds])


async def _follow(feed: Feed, stop: asyncio.Event, progress: Progress, log: structlog.stdlib.BoundLogger) -> None:
    said: dict[WalkName, str] = {}
    not_taken = 0
    async with holding(feed, log) as hold:
        wait = await _seconds_until_due(feed)
        while not await _stopped_within(stop, wait):
            wait = feed.pace.interval.total_seconds()
            if not await hold.taken():
                continue
            began = asyncio.get_running_loop().time()
            outcomes = await poll(feed, stop, progress)
            wait = await _pause(feed, outcomes, asyncio.get_running_loop().time() - began)
            if any(isinstance(outcome.error, OutputError) for outcome in outcomes):
                wait = min(wait, _OUTPUT_SECONDS[min(not_taken, len(_OUTPUT_SECONDS) - 1)])
                not_taken += 1
            else:
                not_taken = 0
            for outcome in outcomes:
                if isinstance(outcome.error, ReaderGone):
                    raise outcome.error
                reason = str(outcome.error) if isinstance(outcome.error, _SAID_ONCE) else ""
                if not reason or reason != said.get(outcome.walk):
                    say(log, outcome, ", asked again at each interval")
                said[outcome.walk] = reason


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
