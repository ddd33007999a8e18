"""From settings to a worker: the shared state, the queue, the outputs, and consoles opened as they are polled."""

import asyncio
import os
import platform
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from s1ecs import __version__
from s1ecs.bootstrap.collector import OpenCollector, open_collector
from s1ecs.bootstrap.shared_state import SharedState, open_shared_state
from s1ecs.bootstrap.spools import with_drain
from s1ecs.bootstrap.state import refuse_store
from s1ecs.cluster.current_consoles import CurrentConsoles
from s1ecs.cluster.dispatcher import Dispatcher
from s1ecs.cluster.draining import TakingDrain
from s1ecs.cluster.open_consoles import OpenConsoles, OpenFeeds
from s1ecs.cluster.stream_poll import StreamPolls
from s1ecs.cluster.token_limits import TokenLimits
from s1ecs.cluster.token_watch import TokenWatch
from s1ecs.cluster.worker import Worker
from s1ecs.collect.clock_watch import ClockWatch
from s1ecs.collect.consoles.connection_limits import share_of_each
from s1ecs.collect.feed import Feed
from s1ecs.collect.run_log import RunLog
from s1ecs.extras import importing
from s1ecs.metrics.recorder import Meter
from s1ecs.outputs.output import takeover_of
from s1ecs.settings import ConsoleSettings, Settings
from s1ecs.state.workers import WorkerRow

# Consoles that stay open though nobody polls them: without a connection, each is some objects.
_KEPT_OPEN = 1000


@dataclass(frozen=True)
class OpenWorker:
    """A worker with what services beside it need."""

    worker: Worker
    shared: SharedState
    collector: OpenCollector
    consoles: CurrentConsoles


@asynccontextmanager
async def open_worker(
    settings: Settings, concurrency: int, meter: Meter, stop: asyncio.Event, log: structlog.stdlib.BoundLogger
) -> AsyncIterator[OpenWorker]:
    """Open a worker that polls so many consoles at a time; `stop` ends its polls."""
    refuse_store(settings)
    with importing("cluster"):
        from s1ecs.cluster.procrastinate_queue import procrastinate_queue
    own = WorkerRow(uuid.uuid4().hex, platform.node(), os.getpid(), __version__, concurrency)
    async with (
        open_shared_state(settings) as shared,
        open_collector(settings, shared.state, worker=own.id, fence=shared.fence) as collector,
        procrastinate_queue(dict(shared.options), shared.schema) as queue,
    ):
        current = CurrentConsoles(settings, shared.consoles, asyncio.get_running_loop().time, log)
        connections = share_of_each(settings, log.warning, consoles=concurrency)
        opener = _opener(collector, shared, meter, connections)
        consoles = OpenConsoles(current.named, opener, max(_KEPT_OPEN, 2 * concurrency))
        polls = StreamPolls(own.id, shared.work, stop, log, RunLog(log, follows=True), ClockWatch(log))
        dispatcher = Dispatcher(shared.work, shared.workers, queue, shared.election, current.streams, log)
        for output in with_drain(collector.outputs):
            if (taking := takeover_of(output)) is not None:
                output.drain.session = TakingDrain(taking, shared.state, own.id).session
        tokens = TokenWatch(lambda: datetime.now(UTC), meter.token)
        worker = Worker(own, shared.work, shared.workers, queue, dispatcher, consoles, polls, tokens, log)
        try:
            yield OpenWorker(worker, shared, collector, current)
        finally:
            await consoles.close()


def _opener(collector: OpenCollector, shared: SharedState, meter: Meter, connections: int) -> OpenFeeds:
    @asynccontextmanager
    async def opened(settings: Settings, console: ConsoleSettings) -> AsyncIterator[dict[str, Feed]]:
        limits = TokenLimits(shared.rates, console.url)
        async with collector.under(settings).console(
            console, meter.observer(console.name), connections, rates=limits.limits, token_read=limits.token_read
        ) as feeds:
            yield {feed.stream.name: replace(feed, watch=meter) for feed in feeds}

    return opened
