"""`s1ecs worker`: collect together with other workers until told to end, or ask workers to end."""

import asyncio
from datetime import UTC, datetime

import structlog

from s1ecs.bootstrap.kafka_outputs import is_kafka
from s1ecs.bootstrap.outputs import name_of
from s1ecs.bootstrap.shared_state import open_shared_state, require_shared_state
from s1ecs.cluster.assembly import open_worker
from s1ecs.commands.collecting import warn_without_places
from s1ecs.commands.event_loop import run_loop
from s1ecs.commands.extras import require_extras_to_run
from s1ecs.commands.signals import start_log, until_signal
from s1ecs.commands.terminal.writer import OUT
from s1ecs.commands.worker_services import beside_worker
from s1ecs.counted import counted
from s1ecs.metrics.recorder import Meter
from s1ecs.metrics.values import Figures
from s1ecs.settings import Settings

# A worker meets all consoles in the course of time; Prometheus would keep dozens of series of each for each worker.
_MOST_CONSOLES = 500

# All polls finish their pages at the same time. Kubernetes gives 30 seconds.
_PAGES_SECONDS = 20.0


def worker(settings: Settings, concurrency: int) -> int:
    """Poll so many consoles at a time until SIGINT, SIGTERM or a request to end."""
    require_shared_state(settings)
    require_extras_to_run(settings)
    log = start_log(settings)
    if settings.consoles:
        warn_without_places(settings, (), log)
    for output in filter(is_kafka, settings.outputs):
        if not output.values["transactions"]:
            log.warning(
                f"{name_of(output)}: without transactions a worker that was paused may deliver once more, with the "
                "same key, what another one delivered meanwhile; set transactions: true"
            )
    run_loop(_work(settings, concurrency, log), concurrency)
    return 0


def drain(settings: Settings, worker_id: str | None) -> int:
    """Ask all running workers, or one, to end; print how many were asked."""
    require_shared_state(settings)

    async def ask() -> int:
        async with open_shared_state(settings) as shared:
            return await shared.workers.drain(worker_id)

    asked = asyncio.run(ask())
    if asked:
        OUT.line(f"{counted(asked, 'worker')} asked to end; each finishes its current pages first")
    else:
        OUT.line("no worker is running" if worker_id is None else f"no worker {worker_id} is running")
    return 0


async def _work(settings: Settings, concurrency: int, log: structlog.stdlib.BoundLogger) -> None:
    stop = asyncio.Event()

    async def work() -> None:
        meter = Meter(Figures(lambda: datetime.now(UTC), _MOST_CONSOLES))
        async with (
            open_worker(settings, concurrency, meter, stop, log) as opened,
            beside_worker(settings, opened, meter, log),
        ):
            row = opened.worker.row
            log.info(f"started: worker {row.id}, {counted(concurrency, 'console')} at a time")
            await opened.worker.until(stop)
            log.info("stopped: other workers, or the next start, resume from the saved positions")
            for error in opened.worker.polls.gone:
                raise error

    await until_signal(work(), stop, log, _PAGES_SECONDS)
