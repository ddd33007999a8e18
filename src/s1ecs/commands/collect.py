"""`s1ecs collect`: open, collect once, end cleanly when told to."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from s1ecs.bootstrap.collector import open_feeds
from s1ecs.bootstrap.outputs import check_outputs
from s1ecs.bootstrap.spools import try_once_more
from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Counts, Outcome
from s1ecs.collect.scheduler import collect_once
from s1ecs.commands.collecting import (
    archiving_of,
    fill_rows_of,
    retention_of,
    say_outputs_without_history,
    warn_without_places,
)
from s1ecs.commands.event_loop import run_loop
from s1ecs.commands.extras import require_extras_to_collect
from s1ecs.commands.signals import start_log, until_signal
from s1ecs.commands.summary import collected
from s1ecs.commands.terminal.progress import Bars, bars
from s1ecs.errors import Forbidden, NotFound
from s1ecs.settings import Settings
from s1ecs.state.checkpoints import WalkName
from s1ecs.tasks import meanwhile


def collect(settings: Settings, names: Sequence[str], *, full: bool = False) -> int:
    """Collect once, with `full` also inventories whose interval has not passed; return `exit_status`."""
    require_extras_to_collect(settings)
    log = start_log(settings)
    began = time.monotonic()
    with bars(settings.log_level, counted=True) as shown:
        warn_without_places(settings, names, log)
        outcomes = run_loop(_collect(settings, names, shown, log, full=full), len(settings.consoles))
    if len(outcomes) > 1 and any(outcome.error is None for outcome in outcomes):
        # Of a single stream, or where nothing could be read, the lines above say as much.
        log.info(collected("collected", outcomes, time.monotonic() - began))
    return exit_status(outcomes, named=bool(names))


def exit_status(outcomes: Sequence[Outcome], *, named: bool) -> int:
    """1 when a stream that was named, or any stream for another reason than 403 or 404, failed; else 0.

    What can't be read is such another reason, and so is a signal before the end: something is missing.
    """
    if not outcomes or any(outcome.misses for outcome in outcomes):
        return 1
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    return int(any(named or not isinstance(error, Forbidden | NotFound) for error in errors))


async def _collect(
    settings: Settings, names: Sequence[str], shown: Bars, log: structlog.stdlib.BoundLogger, *, full: bool
) -> list[Outcome]:
    stop = asyncio.Event()
    outcomes: list[Outcome] = []

    async def work() -> None:
        async with open_feeds(settings, names) as feeds:
            await check_outputs(feeds[0].outputs if feeds else ())
            await say_outputs_without_history(feeds, log)
            watched = [replace(feed, watch=_EndsBars(shown)) for feed in feeds]
            async with meanwhile([fill_rows_of(settings, feeds, stop, log)]):
                outcomes.extend(await collect_once(watched, stop, partial(_tell, shown), log, full=full))
            if feeds:
                await try_once_more(feeds[0].outputs, stop, log)
                await retention_of(settings, log).once(feeds[0].state.retention, stop)
                archiving = archiving_of(settings, feeds[0].state, log)
                if archiving is not None:
                    await archiving.once(stop)

    await until_signal(work(), stop, log)
    return outcomes


def _tell(shown: Bars, feed: Feed, read: int, new: int, total: int | None) -> None:
    shown.show(str(feed), read, total, f"{feed} ({new} new)")


@dataclass(frozen=True)
class _EndsBars:
    """Removes the bar of a stream whose poll ended: its outcome is in the log."""

    shown: Bars

    def step(self, walk: WalkName, counts: Counts) -> None:
        """Ignore it: the bar is told by the progress of the walk."""

    def walked(self, outcome: Outcome, now: datetime) -> None:
        """Remove the bar."""
        self.shown.end(f"{outcome.walk.console} {outcome.walk.stream}")
