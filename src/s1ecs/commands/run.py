"""`s1ecs run`: collect at every interval, with the services beside it, until told to end."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from s1ecs.bootstrap.collector import open_feeds
from s1ecs.bootstrap.state import open_readonly
from s1ecs.collect.observer import Observers
from s1ecs.collect.scheduler import run_forever
from s1ecs.commands.collecting import (
    archiving_of,
    fill_rows_of,
    retention_of,
    say_outputs_without_history,
    warn_without_places,
)
from s1ecs.commands.event_loop import run_loop
from s1ecs.commands.extras import require_extras_to_run
from s1ecs.commands.run_services import accompanied
from s1ecs.commands.signals import start_log, until_signal
from s1ecs.commands.terminal import run_table
from s1ecs.commands.terminal.run_table import RunTable
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.errors import ReaderGone, StateError
from s1ecs.metrics.recorder import Meter
from s1ecs.metrics.values import Figures
from s1ecs.settings import Settings
from s1ecs.tasks import side_by_side


def run(settings: Settings, names: Sequence[str], *, web: bool = False) -> int:
    """Collect at every interval until SIGINT or SIGTERM; with `web` also serve the page."""
    require_extras_to_run(settings, web=web)
    log = start_log(settings)
    warn_without_places(settings, names, log)
    table = RunTable(
        [(console.name, stream) for console in settings.consoles for stream in names or settings.enabled(console)]
    )
    with suppress(StateError):
        # What is wrong with the state is told by what collects.
        table.polled_before(open_readonly(settings).polls())
    with run_table.shown(table) if _is_watched(settings) else nullcontext():
        run_loop(_run(settings, names, table, log, web=web), len(settings.consoles))
    return 0


def _is_watched(settings: Settings) -> bool:
    """Tell whether someone looks at a terminal that shows lines for people and nothing else, such as documents."""
    documents = any(output.type == "files" and output.values["path"] is None for output in settings.outputs)
    lines = settings.log_format == "text" and settings.log_level not in {"error", "critical"}
    return ERR.is_terminal and lines and not (documents and OUT.is_terminal)


async def _run(
    settings: Settings, names: Sequence[str], table: RunTable, log: structlog.stdlib.BoundLogger, *, web: bool
) -> None:
    stop = asyncio.Event()
    gone: list[ReaderGone] = []

    async def work() -> None:
        meter = Meter(Figures(lambda: datetime.now(UTC)))
        async with (
            open_feeds(settings, names, meter.observer) as opened,
            accompanied(settings, opened, meter, log, web=web) as metered,
        ):
            feeds = [replace(feed, watch=Observers((feed.watch, table))) for feed in metered]
            await say_outputs_without_history(feeds, log)

            async def follow() -> None:
                try:
                    await run_forever(feeds, stop, lambda *_: None, log)
                except ReaderGone as error:
                    gone.append(error)
                    stop.set()

            pruning = (retention_of(settings, log).until(feed.state.retention, stop) for feed in feeds[:1])
            archiving = (archiving_of(settings, feed.state, log) for feed in feeds[:1])
            archived = (each.until(stop) for each in archiving if each is not None)
            await side_by_side([follow(), fill_rows_of(settings, feeds, stop, log), *pruning, *archived])

    await until_signal(work(), stop, log)
    for error in gone:
        raise error
