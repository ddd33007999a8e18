"""`s1ecs backfill`: read a past range beside the live collection."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime

import structlog

from s1ecs.collect.backfill import Period, Tell, backfill, can_backfill, forget, read_before
from s1ecs.collect.deliver import Counts
from s1ecs.collect.feed import Feed
from s1ecs.collect.poll import Outcome
from s1ecs.collect.scheduler import say
from s1ecs.collect.session import open_feeds
from s1ecs.collect.spools import try_once_more
from s1ecs.commands.collect import exit_status
from s1ecs.commands.process import start_log, until_signal
from s1ecs.commands.progress import bars
from s1ecs.errors import S1ecsError, UsageError
from s1ecs.settings import Settings
from s1ecs.streams import STREAMS


def backfill_streams(settings: Settings, names: Sequence[str], period: Period, *, again: bool, now: datetime) -> int:
    """Backfill the streams of every console, side by side; the exit status is that of `collect` with names."""
    by_time = [stream.name for stream in STREAMS.values() if can_backfill(stream.ask)]
    for name in names:
        if name not in by_time:
            raise UsageError(
                f"backfill: {name} can't be asked for by time, the console has its present state alone; "
                f"there are: {', '.join(by_time)}"
            )
    if period.start >= period.end:
        raise UsageError("backfill: --from must lie before --to, by a second or more")
    if period.end > now:
        raise UsageError("backfill: --to lies in the future; what comes from now on is for collect and run")
    log = start_log(settings)
    with _progress() as tell:
        outcomes, whole = asyncio.run(_backfill(settings, names, period, again=again, tell=tell, log=log))
    return 1 if not whole else exit_status(outcomes, named=True) if outcomes else 0


async def _backfill(
    settings: Settings,
    names: Sequence[str],
    period: Period,
    *,
    again: bool,
    tell: Tell,
    log: structlog.stdlib.BoundLogger,
) -> tuple[list[Outcome], bool]:
    stop = asyncio.Event()
    outcomes: list[Outcome] = []

    async def made(feed: Feed) -> Outcome | None:
        if again:
            await forget(feed, period)
        elif await read_before(feed, period):
            log.info(f"{feed}: this period was read to its end before; --again reads it once more")
            return None
        return await backfill(feed, period, stop, tell)

    async def one(feed: Feed) -> None:
        name = feed.walk(period.name)
        try:
            async with feed.checkpoints.held([name]):
                outcome = await made(feed)
        except S1ecsError as error:
            outcome = Outcome(name, Counts(), error)
        if outcome is not None:
            say(log, outcome)
            outcomes.append(outcome)

    async def work() -> None:
        async with open_feeds(settings, names) as feeds:
            for feed in feeds:
                await feed.client.learn_time()
            await asyncio.gather(*map(one, feeds))
            for feed in feeds[:1]:
                await try_once_more(feed.outputs, stop, log)

    whole = await until_signal(work(), stop, log)
    return outcomes, whole


@contextlib.contextmanager
def _progress() -> Iterator[Tell]:
    """A bar for each feed."""
    with bars() as show:

        def tell(feed: Feed, done: int, slices: int, counts: Counts) -> None:
            about = f"{feed}: day {min(done + 1, slices)} of {slices}, {counts.records} read, {counts.delivered} new"
            show(str(feed), done, slices, about)

        yield tell
