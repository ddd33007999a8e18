"""A queue in one process: what a worker needs of an engine, and nothing else."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from s1ecs.cluster.job_queue import PollConsole, StalledJob
from s1ecs.tasks import task_group


@dataclass
class QueuedJobs:
    """The jobs that several queues share, each standing for a worker's connection."""

    waiting: dict[str, int] = field(default_factory=dict)
    # By number: console and the worker that took it.
    taken: dict[int, tuple[str, object]] = field(default_factory=dict)
    last: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)


class MemoryQueue:
    """The queue as one worker has it; `dead` workers stopped reporting."""

    def __init__(self, jobs: QueuedJobs) -> None:
        self._jobs = jobs
        self.dead = False

    async def defer(self, consoles: Sequence[str]) -> None:
        """Queue a job for each console that has none in the queue."""
        for console in consoles:
            if console not in self._jobs.waiting:
                self._jobs.last += 1
                self._jobs.waiting[console] = self._jobs.last
        self._jobs.came.set()

    async def waiting(self) -> frozenset[str]:
        """Return the consoles whose jobs no worker has taken yet."""
        return frozenset(self._jobs.waiting)

    def take(self) -> tuple[int, str] | None:
        """Take the oldest job."""
        if not self._jobs.waiting:
            return None
        console = min(self._jobs.waiting, key=lambda name: self._jobs.waiting[name])
        number = self._jobs.waiting.pop(console)
        self._jobs.taken[number] = (console, self)
        return number, console

    async def run(self, poll: PollConsole, concurrency: int, stop: asyncio.Event) -> None:
        """Take jobs and do so many at a time, until `stop`."""
        free = asyncio.Semaphore(concurrency)

        async def one(number: int, console: str) -> None:
            try:
                await poll(console)
            finally:
                self._jobs.taken.pop(number, None)
                free.release()

        async with task_group() as group:
            while not stop.is_set():
                await free.acquire()
                job = None if stop.is_set() else self.take()
                if job is not None:
                    group.create_task(one(*job))
                    continue
                free.release()
                self._jobs.came.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._jobs.came.wait(), 0.05)

    async def stalled(self, seconds: float) -> Sequence[StalledJob]:
        """Return the jobs that dead workers took."""
        return [
            StalledJob(number, console, succeeded=console in self._jobs.waiting)
            for number, (console, worker) in self._jobs.taken.items()
            if getattr(worker, "dead", False)
        ]

    async def fail(self, job: StalledJob) -> None:
        """End a stalled job."""
        self._jobs.taken.pop(job.number, None)

    async def retry(self, job: StalledJob) -> None:
        """Put a stalled job back into the queue."""
        await self.fail(job)
        await self.defer([job.console])
