"""Services of `s1ecs run` beside collecting: heartbeat, token expiry, scheduled actions, metrics, health and page."""

import asyncio
import platform
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import structlog

from s1ecs import __version__
from s1ecs.bootstrap.spools import spools
from s1ecs.collect.feed import Feed
from s1ecs.collect.upkeep.heartbeat import beating, follow_tokens
from s1ecs.ecs.envelope import Collector
from s1ecs.extras import importing
from s1ecs.metrics.recorder import Meter
from s1ecs.metrics.values import Figures
from s1ecs.monitor.health import Health, HealthLine, overall, read_health
from s1ecs.outputs.output import Output
from s1ecs.outputs.spool.spool import Spool
from s1ecs.respond.audit.open_journal import told_of
from s1ecs.respond.audit.state_journal import StateJournal
from s1ecs.respond.batches.due import DueActions
from s1ecs.settings import Settings
from s1ecs.tasks import meanwhile


def _utc() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def accompanied(
    settings: Settings, feeds: Sequence[Feed], meter: Meter, log: structlog.stdlib.BoundLogger, *, web: bool = False
) -> AsyncIterator[list[Feed]]:
    """Yield the feeds, metered; keep heartbeat, token expiry, endpoint and page running until the context ends."""
    async with AsyncExitStack() as stack:
        if settings.metrics_port is not None:
            served = _endpoint(settings, settings.metrics_port, feeds, meter.figures)
            log.info(f"metrics at {await stack.enter_async_context(served)}")
        if web:
            link = await stack.enter_async_context(_page(settings, meter.figures))
            log.info(f"page at {link}")
        if feeds:
            meter_spools(feeds[0].outputs, meter)
            heartbeats = feeds[0].state.heartbeats
            await stack.enter_async_context(beating(heartbeats, _utc))
            clients = {feed.console: feed.client for feed in feeds}
            due = DueActions(settings, await _journal(settings, feeds[0]), log)
            await stack.enter_async_context(
                meanwhile([follow_tokens(clients, heartbeats, _utc, meter.token), due.forever()])
            )
        yield [replace(feed, watch=meter) for feed in feeds]


async def _journal(settings: Settings, feed: Feed) -> StateJournal:
    """The journal of actions in the state of this process, whose outputs deliver its documents."""
    collector = Collector(__version__, await feed.state.collector_id(), platform.node())
    return StateJournal(feed.state.journal, told_of(settings, collector, [output.name for output in feed.outputs]))


def meter_spools(outputs: Sequence[Output], meter: Meter) -> None:
    """Meter what waits in the spools of outputs, and what these refuse when it is drained."""
    for spool in spools(outputs):
        spool.drain.refusals = meter.refused_later
        meter.spool(spool.name, partial(_waiting_in, spool))


def _waiting_in(spool: Spool) -> int:
    """Return how many documents wait in a spool, as somebody counted some seconds ago."""
    return spool.drain.known_waiting.documents


@asynccontextmanager
async def _endpoint(settings: Settings, port: int, feeds: Sequence[Feed], figures: Figures) -> AsyncIterator[str]:
    with importing("metrics"):
        from s1ecs.metrics.endpoint import HealthReport, endpoint
        from s1ecs.metrics.exposition import registry_of

    def read() -> HealthLine:
        return overall(read_health(settings, _utc()))

    async def health() -> HealthReport:
        line = await (feeds[0].state.run_blocking(read) if feeds else asyncio.to_thread(read))
        return HealthReport(line.health is not Health.CRITICAL, f"{line.health}: {line.text}")

    async with endpoint(settings.metrics_host, port, registry_of(figures), health) as address:
        yield address


@asynccontextmanager
async def _page(settings: Settings, figures: Figures) -> AsyncIterator[str]:
    with importing("web"):
        from s1ecs.metrics.exposition import registry_of
        from s1ecs.web.serving.page_thread import page_beside

    async with page_beside(settings, [registry_of(figures)]) as link:
        yield link
