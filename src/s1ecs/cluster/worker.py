"""A worker: polls what the queue brings, reports that it lives, and stands for dispatcher, until it is told to end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import structlog

from s1ecs.cluster.dispatcher import Dispatcher
from s1ecs.cluster.job_queue import JobQueue
from s1ecs.cluster.open_consoles import OpenConsoles
from s1ecs.cluster.stream_poll import StreamPolls
from s1ecs.errors import S1ecsError, StateError
from s1ecs.log_once import LogOnce
from s1ecs.state.work import Work
from s1ecs.state.workers import WORKER_BEAT, WorkerRow, Workers
from s1ecs.tasks import meanwhile, side_by_side


@dataclass
class LastReport:
    """The time of the last report that was saved, by the clock of the event loop."""

    at: float = 0.0


@dataclass(frozen=True)
class Worker:
    """One worker; `row` is what it reports of itself."""

    row: WorkerRow
    work: Work
    workers: Workers
    queue: JobQueue
    dispatcher: Dispatcher
    consoles: OpenConsoles
    polls: StreamPolls
    log: structlog.stdlib.BoundLogger
    reported: LastReport = field(default_factory=LastReport)

    async def until(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, by whoever, then end the polls in progress at their next step."""
        async with self._reported(stop):
            dispatching = self.dispatcher.until(stop)
            await side_by_side([self.queue.run(self.poll, self.row.concurrency, stop), dispatching])

    async def poll(self, console: str) -> None:
        """Poll the streams of a console that are due; log what is in the way."""
        try:
            streams = await self.work.due(console)
            async with self.consoles.using(console) as feeds:
                await side_by_side([self.polls.poll(feeds[stream]) for stream in streams if stream in feeds])
        except S1ecsError as error:
            self.log.error(f"{console}: {error.behind(console)}; retried", console=console)
        except Exception as error:  # noqa: BLE001 - a mistake of ours in one console must not end the others
            self.log.error(f"{console}: {error!r}: this is a bug in s1ecs; please report it with this line; retried")

    async def report(self) -> bool:
        """Report; return whether this worker is asked to end."""
        row = replace(self.row, running=len(self.polls.polling), dispatcher=self.dispatcher.election.elected)
        draining = await self.workers.beat(row)
        await self.work.keep(row.id, list(self.polls.polling))
        self.reported.at = asyncio.get_running_loop().time()
        return draining

    @asynccontextmanager
    async def _reported(self, stop: asyncio.Event) -> AsyncIterator[None]:
        """Report until the context ends: at first at once, so that what this worker takes counts as being polled."""
        if await self.report():
            stop.set()
        logged = LogOnce()

        async def beat() -> None:
            while True:
                await asyncio.sleep(WORKER_BEAT)
                try:
                    if await self.report() and not stop.is_set():
                        self.log.info("asked to end: finishing the current pages")
                        stop.set()
                    if logged.over("beat"):
                        self.log.info("the state can be used again")
                except StateError as error:
                    if logged.changed("beat", str(error)):
                        self.log.error(f"this worker can't report: {error}")

        try:
            async with meanwhile([beat()]):
                yield
        finally:
            with suppress(StateError):
                await self.workers.leave(self.row.id)
