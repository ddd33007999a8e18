"""`s1ecs backfill`: read a past range beside the live collection."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import structlog

from s1ecs.bootstrap.collector import open_feeds
from s1ecs.bootstrap.outputs import output_named
from s1ecs.bootstrap.spools import try_once_more
from s1ecs.collect.backfill.backfill import ReportSlices, backfill, can_backfill, forget, read_before
from s1ecs.collect.backfill.one_output import backfill_one, walk_of
from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Counts, Outcome
from s1ecs.collect.period import Period
from s1ecs.collect.run_log import say
from s1ecs.commands.collect import exit_status
from s1ecs.commands.event_loop import run_loop
from s1ecs.commands.extras import require_extras
from s1ecs.commands.signals import start_log, until_signal
from s1ecs.commands.summary import collected
from s1ecs.commands.terminal.progress import Bars, bars
from s1ecs.errors import S1ecsError, UsageError
from s1ecs.settings import OutputSettings, Settings
from s1ecs.state.checkpoints import Commit
from s1ecs.streams import STREAMS
from s1ecs.tasks import side_by_side


def backfill_streams(
    settings: Settings, names: Sequence[str], period: Period, *, again: bool, now: datetime, output: str | None = None
) -> int:
    """Backfill the streams of every console, side by side; the exit status is that of `collect` with names.

    With `output` for that output alone.
    """
    by_time = [stream.name for stream in STREAMS.values() if can_backfill(stream.ask)]
    for name in names:
        if name not in by_time:
            raise UsageError(
                f"backfill: {name} cannot be read by time because the console only returns its current state; "
                f"available: {', '.join(by_time)}"
            )
    if period.start >= period.end:
        raise UsageError("backfill: --from must be at least one second before --to")
    if period.end > now:
        raise UsageError("backfill: --to is in the future; new records are collected by s1ecs collect and s1ecs run")
    only = None if output is None else output_named(settings.outputs, output)
    require_extras(settings.outputs if only is None else (only,), reading=only is not None)
    log = start_log(settings)
    began = time.monotonic()
    with bars(settings.log_level) as shown:
        work = _backfill(settings, names, period, again=again, shown=shown, log=log, only=only)
        outcomes, whole = run_loop(work, len(settings.consoles))
    if len(outcomes) > 1 and any(outcome.error is None for outcome in outcomes):
        log.info(collected(f"backfill from {period.bounds}", outcomes, time.monotonic() - began))
    if not whole or any(outcome.state in {"failed", "stopped"} for outcome in outcomes):
        log.warning(f"not complete; resume with: {_command(names, period, output)}")
    return 1 if not whole else exit_status(outcomes, named=True) if outcomes else 0


async def _backfill(
    settings: Settings,
    names: Sequence[str],
    period: Period,
    *,
    again: bool,
    shown: Bars,
    log: structlog.stdlib.BoundLogger,
    only: OutputSettings | None,
) -> tuple[list[Outcome], bool]:
    stop = asyncio.Event()
    outcomes: list[Outcome] = []

    async def one(feed: Feed) -> None:
        name = feed.walk(period.name) if only is None else walk_of(feed, period)
        try:
            await feed.gate.admit()
            async with feed.state.leases.held([name]):
                tell = partial(_tell, shown)
                outcome = await _read(feed, period, stop, tell, log, again=again, alone=only is not None)
        except S1ecsError as error:
            outcome = Outcome(name, Counts(), error)
        shown.end(str(feed))
        if outcome is not None:
            say(log, outcome)
            outcomes.append(outcome)

    async def work() -> None:
        async with open_feeds(settings, names, only=only) as feeds:
            for feed in feeds:
                await feed.client.learn_time()
            await side_by_side(map(one, feeds))
            for feed in feeds[:1]:
                await try_once_more(feed.outputs, stop, log)

    whole = await until_signal(work(), stop, log)
    return outcomes, whole


async def _read(
    feed: Feed,
    period: Period,
    stop: asyncio.Event,
    tell: ReportSlices,
    log: structlog.stdlib.BoundLogger,
    *,
    again: bool,
    alone: bool,
) -> Outcome | None:
    """Read one feed, for all its outputs or its only one; None where that was done before."""
    if alone:
        if again:
            await feed.checkpoints.commit(walk_of(feed, period), Commit({}))
        outcome = await backfill_one(feed, period, stop, tell)
    elif not again and await read_before(feed, period):
        outcome = None
    else:
        if again:
            await forget(feed, period)
        return await backfill(feed, period, stop, tell)
    if outcome is None:
        log.info(f"{feed}: this period is already complete; use --again to read it again")
    return outcome


def _command(names: Sequence[str], period: Period, output: str | None) -> str:
    """The command that resumes: with absolute times, because those of this period name its checkpoint."""
    start, end = period.ends
    only = f" --output {output}" if output else ""
    return f"s1ecs backfill {' '.join(names)} --from {start} --to {end}{only}"


def _tell(shown: Bars, feed: Feed, done: int, slices: int, counts: Counts) -> None:
    about = f"{feed}: day {min(done + 1, slices)} of {slices}, {counts.records:,} read, {counts.delivered:,} new"
    shown.show(str(feed), done, slices, about)
