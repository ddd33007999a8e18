"""The queue on Procrastinate, in the database of the state: the one module that knows this engine.

Jobs are carried by its job manager. Its own worker ends where one sign of life can't be saved, leaves a job behind
whose end can't be saved, and takes no job any more once another worker took it for dead; ours outlives all that.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager

from s1ecs.backoff import BackOff
from s1ecs.cluster.job_queue import PollConsole, StalledJob
from s1ecs.errors import StateError
from s1ecs.state.workers import WORKER_BEAT
from s1ecs.tasks import meanwhile, task_group

_QUEUE, _TASK = "s1ecs", "poll"
_CONNECTIONS = 4
# Seconds between two looks into an empty queue.
_IDLE_SECONDS = 0.25
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0
_PATIENCE = 5.0
_FORGET_AFTER = 3600.0
# By whichever clock.
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


class ProcrastinateQueue:
    """The queue as one worker has it."""

    def __init__(self, manager: JobManager) -> None:
        self._manager = manager
        self._worker: int | None = None

    async def defer(self, consoles: Sequence[str]) -> None:
        """Queue a job for each console that has none in the queue."""
        with_one = await self.waiting()
        jobs = [_job(console) for console in consoles if console not in with_one]
        try:
            async with _explained():
                if jobs:
                    await self._manager.batch_defer_jobs_async(jobs)
        except AlreadyEnqueued:
            # Another dispatcher, which has not noticed yet that it is none any more, queued some of them meanwhile.
            for job in jobs:
                with suppress(AlreadyEnqueued):
                    async with _explained():
                        await self._manager.defer_job_async(job)

    async def waiting(self) -> frozenset[str]:
        """Return the consoles whose jobs no worker has taken yet."""
        async with _explained():
            jobs = await self._manager.list_jobs_async(queue=_QUEUE, status=Status.TODO.value)
        return frozenset(_console(job) for job in jobs)

    async def run(self, poll: PollConsole, concurrency: int, stop: asyncio.Event) -> None:
        """Take jobs and do so many at a time, until `stop`."""
        free = asyncio.Semaphore(concurrency)
        trouble = BackOff(_FIRST_PAUSE, _LONGEST_PAUSE)

        async def one(job: Job) -> None:
            try:
                await poll(_console(job))
                await self._end(job)
            finally:
                free.release()

        async with meanwhile([self._beat()]), task_group() as group:
            while not stop.is_set():
                await free.acquire()
                try:
                    job = None if stop.is_set() else await self._take()
                    pause = 0.0 if job else _IDLE_SECONDS
                    trouble.reset()
                except StateError:
                    # The dispatcher, or the polls, log it.
                    job, pause = None, trouble.next()
                    self._worker = None
                if job is not None:
                    group.create_task(one(job))
                    continue
                free.release()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)
        if self._worker is not None:
            with suppress(StateError):
                async with _explained():
                    await self._manager.unregister_worker(self._worker)

    async def stalled(self, seconds: float) -> Sequence[StalledJob]:
        """Return the jobs of workers that have not reported for so long."""
        async with _explained():
            await self._manager.prune_stalled_workers(max(seconds, _FORGET_AFTER))
            jobs = list(await self._manager.get_stalled_jobs(queue=_QUEUE, seconds_since_heartbeat=seconds))
        waiting = await self.waiting() if jobs else frozenset()
        return [StalledJob(job.id, _console(job), _console(job) in waiting) for job in jobs if job.id is not None]

    async def fail(self, job: StalledJob) -> None:
        """End a stalled job; one that has ended after all stays ended."""
        with suppress(StateError):
            async with _explained():
                await self._manager.finish_job_by_id_async(job.number, Status.FAILED, delete_job=True)

    async def retry(self, job: StalledJob) -> None:
        """Put a stalled job back into the queue; where its console has one there meanwhile, end it."""
        try:
            async with _explained():
                await self._manager.retry_job_by_id_async(job.number, retry_at=_AT_ONCE)
        except StateError:
            await self.fail(job)

    async def _take(self) -> Job | None:
        async with _explained():
            if self._worker is None:
                self._worker = await self._manager.register_worker()
            return await self._manager.fetch_job(queues=[_QUEUE], worker_id=self._worker)

    async def _end(self, job: Job) -> None:
        """Remove a job that was done; where that fails it counts as stalled once this worker has a new number."""
        try:
            async with _explained():
                await self._manager.finish_job(job, Status.SUCCEEDED, delete_job=True)
        except StateError:
            self._worker = None

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(WORKER_BEAT)
            with suppress(StateError):
                async with _explained():
                    if self._worker is not None:
                        await self._manager.update_heartbeat(self._worker)


@asynccontextmanager
async def procrastinate_queue(options: dict[str, Any], schema: str) -> AsyncIterator[ProcrastinateQueue]:
    """Open the queue in a schema, with its tables; `options` are the parameters of a connection."""
    for name in ("procrastinate", "psycopg.pool"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], False

    async def configure(connection: Any) -> None:
        await connection.execute("SELECT set_config('search_path', quote_ident(%s), false)", [schema])
        await connection.commit()

    connector = PsycopgConnector(
        kwargs=options,
        min_size=1,
        max_size=_CONNECTIONS,
        configure=configure,
        timeout=_PATIENCE,
        # It waits longer from one attempt to the next; a new series of them begins with the next use.
        reconnect_timeout=_PATIENCE,
    )
    app = App(connector=connector)
    async with _explained():
        await app.open_async()
    try:
        async with _explained(), connector.pool.connection() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('s1ecs queue'), hashtext(%s))", [schema])
            known = await (await connection.execute("SELECT to_regclass('procrastinate_jobs')")).fetchone()
            if known is None or known[0] is None:
                await connection.execute(SchemaManager.get_schema())
        yield ProcrastinateQueue(app.job_manager)
    finally:
        await app.close_async()


def _job(console: str) -> Job:
    return Job(queue=_QUEUE, task_name=_TASK, lock=None, queueing_lock=console, task_kwargs={"console": console})


def _console(job: Job) -> str:
    return str(job.task_kwargs["console"])


@asynccontextmanager
async def _explained() -> AsyncIterator[None]:
    """Turn what the engine and its driver raise into StateError."""
    try:
        yield
    except AlreadyEnqueued:
        raise
    except (ConnectorException, psycopg.Error, OSError) as error:
        cause = error.__cause__ or error
        raise StateError(f"queue of the state: {' '.join(str(cause).split())}") from None
