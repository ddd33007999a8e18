"""`s1ecs collect` and `s1ecs run`: open, collect, end cleanly when told to."""

import asyncio
import contextlib
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import structlog
from rich.progress import MofNCompleteColumn

from s1ecs.collect.feed import Feed
from s1ecs.collect.feed import Progress as Tell
from s1ecs.collect.outputs import check_outputs
from s1ecs.collect.poll import Outcome
from s1ecs.collect.prune import Retention, keep_of
from s1ecs.collect.scheduler import collect_once, run_forever
from s1ecs.collect.session import open_feeds
from s1ecs.collect.spools import try_once_more
from s1ecs.commands.accompany import accompanied
from s1ecs.commands.process import start_log, until_signal
from s1ecs.commands.progress import bars
from s1ecs.errors import Forbidden, NotFound, ReaderGone
from s1ecs.metrics.figures import Figures
from s1ecs.metrics.meter import Meter
from s1ecs.respond.audit.delivery import Deliverer
from s1ecs.settings import Settings
from s1ecs.streams import STREAMS


def collect(settings: Settings, names: Sequence[str]) -> int:
    """Collect once; the exit status by the rules of `exit_status`."""
    with _progress() as tell:
        log = start_log(settings)
        _warn_without_places(settings, names, log)
        outcomes = asyncio.run(_collect(settings, names, tell, log))
    return exit_status(outcomes, named=bool(names))


def run(settings: Settings) -> int:
    """Collect at every interval until SIGINT or SIGTERM."""
    log = start_log(settings)
    _warn_without_places(settings, (), log)
    asyncio.run(_run(settings, log))
    return 0


def exit_status(outcomes: Sequence[Outcome], *, named: bool) -> int:
    """1 when a stream that was named, or any stream for another reason than 403 or 404, failed; else 0.

    What can't be read is such another reason, and so is a signal before the end: something is missing.
    """
    if not outcomes or any(outcome.misses for outcome in outcomes):
        return 1
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    return int(any(named or not isinstance(error, Forbidden | NotFound) for error in errors))


def _warn_without_places(settings: Settings, names: Sequence[str], log: structlog.stdlib.BoundLogger) -> None:
    """Say once that documents will not tell where addresses lie, if any stream could."""
    chosen = names or {name for console in settings.require_consoles() for name in settings.enabled(console)}
    rows = (row for name in chosen for row in STREAMS[name].table.rows)
    if settings.geoip is None and any(row.kind == "geo" for row in rows):
        log.warning("no GeoIP database: documents have no host.geo; set 'geoip' to a MaxMind City database file")


async def _collect(
    settings: Settings, names: Sequence[str], tell: Tell, log: structlog.stdlib.BoundLogger
) -> list[Outcome]:
    stop = asyncio.Event()
    outcomes: list[Outcome] = []

    async def work() -> None:
        async with open_feeds(settings, names) as feeds:
            await check_outputs(feeds[0].outputs if feeds else ())
            outcomes.extend(await collect_once(feeds, stop, tell, log))
            if feeds:
                await _deliverer(settings, feeds[0]).unless(stop, feeds[0].outputs, log.warning)
                await try_once_more(feeds[0].outputs, stop, log)
                await _retention(settings, log).once(feeds[0].checkpoints.ask, stop)

    await until_signal(work(), stop, log)
    return outcomes


async def _run(settings: Settings, log: structlog.stdlib.BoundLogger) -> None:
    stop = asyncio.Event()
    gone: list[ReaderGone] = []

    async def work() -> None:
        meter = Meter(Figures(lambda: datetime.now(UTC)))
        async with (
            open_feeds(settings, (), meter.observer) as opened,
            accompanied(settings, opened, meter, log) as feeds,
        ):

            async def follow() -> None:
                try:
                    await run_forever(feeds, stop, lambda *_: None, log)
                except ReaderGone as error:
                    gone.append(error)
                    stop.set()

            await asyncio.gather(
                follow(),
                *(_retention(settings, log).until(feed.checkpoints.ask, stop) for feed in feeds[:1]),
                *(_deliverer(settings, feed).until(stop, feed.outputs, log.warning) for feed in feeds[:1]),
            )

    await until_signal(work(), stop, log)
    for error in gone:
        raise error


def _deliverer(settings: Settings, feed: Feed) -> Deliverer:
    """Who delivers the documents of response actions that still wait."""
    return Deliverer(feed.checkpoints.ask, settings.state_dir, lambda: datetime.now(UTC))


def _retention(settings: Settings, log: structlog.stdlib.BoundLogger) -> Retention:
    return Retention(keep_of(settings), now=lambda: datetime.now(UTC), clock=time.monotonic, log=log)


@contextlib.contextmanager
def _progress() -> Iterator[Tell]:
    """A bar for each feed."""
    with bars(MofNCompleteColumn()) as show:

        def tell(feed: Feed, records: int, new: int, total: int | None) -> None:
            show(str(feed), records, total, f"{feed} ({new} new)")

        yield tell
