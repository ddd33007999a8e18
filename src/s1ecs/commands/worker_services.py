"""Services of `s1ecs worker` beside polling: signs of life, scheduled actions, metrics and health."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import structlog

from s1ecs.cluster.assembly import OpenWorker
from s1ecs.cluster.exclusive import exclusively
from s1ecs.collect.upkeep.heartbeat import beating
from s1ecs.commands.run_services import meter_spools
from s1ecs.counted import counted
from s1ecs.extras import importing
from s1ecs.metrics.recorder import Meter
from s1ecs.metrics.values import Figures
from s1ecs.monitor.cluster_metrics import follow_cluster
from s1ecs.monitor.cluster_reading import cluster_in
from s1ecs.monitor.cluster_status import ClusterStatus, cluster_status
from s1ecs.respond.audit.open_journal import told_of
from s1ecs.respond.audit.state_journal import StateJournal
from s1ecs.respond.batches.due import DueActions
from s1ecs.settings import Settings
from s1ecs.state.work import DEAD_AFTER
from s1ecs.tasks import meanwhile


def _utc() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def beside_worker(
    settings: Settings, opened: OpenWorker, meter: Meter, log: structlog.stdlib.BoundLogger
) -> AsyncIterator[None]:
    """Keep the services running until the context ends; what is done for all is done by one worker at a time."""
    state, outputs = opened.shared.state, opened.collector.outputs
    async with AsyncExitStack() as stack:
        if settings.metrics_port is not None:
            served = _endpoint(settings, settings.metrics_port, opened, meter.figures)
            log.info(f"metrics at {await stack.enter_async_context(served)}")
        meter_spools(outputs, meter)
        await stack.enter_async_context(beating(state.heartbeats, _utc))
        collector = opened.collector.maker.collector
        names = [output.name for output in outputs]

        async def refresh() -> tuple[Settings, StateJournal]:
            now = (await opened.consoles.kept()).with_paused
            return now, StateJournal(state.journal, told_of(now, collector, names))

        due = DueActions(*await refresh(), log, refresh=refresh)
        beside = [exclusively(state.leases, "actions", due.forever), follow_cluster(meter.figures, _cluster(opened))]
        await stack.enter_async_context(meanwhile(beside))
        yield


def _cluster(opened: OpenWorker) -> Callable[[], Awaitable[ClusterStatus | None]]:
    """Make the function that reads the status of all workers while this one hands out the work."""

    async def read() -> ClusterStatus | None:
        if not opened.worker.dispatcher.election.elected:
            return None
        return cluster_status(await cluster_in(opened.shared, await opened.consoles.kept()))

    return read


@asynccontextmanager
async def _endpoint(settings: Settings, port: int, opened: OpenWorker, figures: Figures) -> AsyncIterator[str]:
    with importing("metrics"):
        from s1ecs.metrics.endpoint import HealthReport, endpoint
        from s1ecs.metrics.exposition import registry_of

    async def health() -> HealthReport:
        silent = asyncio.get_running_loop().time() - opened.worker.reported.at
        polls = counted(len(opened.worker.polls.polling), "poll")
        if silent > _SILENT_SECONDS:
            return HealthReport(good=False, text=f"critical: no report to the state for {silent:.0f} s")
        return HealthReport(good=True, text=f"ok: worker {opened.worker.row.id}, {polls} in progress")

    async def ready() -> HealthReport:
        silent = asyncio.get_running_loop().time() - opened.worker.reported.at
        if silent > DEAD_AFTER:
            return HealthReport(good=False, text=f"not at work: no report to the state for {silent:.0f} s")
        return await health()

    async with endpoint(settings.metrics_host, port, registry_of(figures), health, ready) as address:
        yield address


# Restarting a worker does not help while its state is away: that takes a server a minute, as a rule.
_SILENT_SECONDS = 120.0
