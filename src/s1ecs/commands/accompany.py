"""What accompanies collecting in `s1ecs run`: the heartbeat, tokens, metrics."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import structlog

from s1ecs.collect.feed import Feed
from s1ecs.collect.heart import beating, follow_tokens
from s1ecs.collect.spools import spools
from s1ecs.errors import SettingsError
from s1ecs.metrics.endpoint import Render, endpoint
from s1ecs.metrics.figures import Figures
from s1ecs.metrics.meter import Meter
from s1ecs.outputs.spool import Spool
from s1ecs.settings import Settings


def _utc() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def accompanied(
    settings: Settings, feeds: Sequence[Feed], meter: Meter, log: structlog.stdlib.BoundLogger
) -> AsyncIterator[list[Feed]]:
    """Give the feeds, metered, and keep heartbeat, tokens and metrics going until the context ends."""
    async with AsyncExitStack() as stack:
        if settings.metrics_port is not None:
            address = await stack.enter_async_context(
                endpoint(settings.metrics_host, settings.metrics_port, _render(meter.figures))
            )
            log.info(f"metrics at {address}")
        if feeds:
            for spool in spools(feeds[0].outputs):
                spool.drain.refusals = meter.refused_later
                meter.spool(spool.name, partial(_waiting, spool))
            ask = feeds[0].checkpoints.ask
            await stack.enter_async_context(beating(ask, _utc))
            clients = {feed.console: feed.client for feed in feeds}
            following = asyncio.create_task(follow_tokens(clients, ask, _utc, meter.token))
            stack.push_async_callback(_end, following)
        yield [replace(feed, watch=meter) for feed in feeds]


def _waiting(spool: Spool) -> int:
    return spool.drain.known_waiting.documents


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _render(figures: Figures) -> Render:
    try:
        from s1ecs.metrics.exposition import exposition
    except ImportError as error:
        raise SettingsError(
            f"metrics_port: {error.name} is missing; install it with: pip install 's1ecs[metrics]', or leave the "
            "setting out"
        ) from None
    return partial(exposition, figures)
