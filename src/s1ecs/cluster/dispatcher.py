"""The dispatcher: one of the workers queues what is due, never much of it, and frees what dead workers left."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass

import structlog

from s1ecs.cluster.election import Election
from s1ecs.cluster.job_queue import JobQueue
from s1ecs.errors import S1ecsError
from s1ecs.log_once import LogOnce
from s1ecs.state.status import Key
from s1ecs.state.work import DEAD_AFTER, Work
from s1ecs.state.workers import Workers

_TICK_SECONDS = 0.5
# A job that was taken and did not come to poll within this time was lost on the way.
_LOST_AFTER = 20.0
_REAP_EVERY = 2.0

# The streams of all consoles that are to be polled.
WantedStreams = Callable[[], Awaitable[Collection[Key]]]


@dataclass(frozen=True)
class Dispatcher:
    """Dispatches while it is elected; `wanted` tells what there is to poll: the same object as long as that is so."""

    work: Work
    workers: Workers
    queue: JobQueue
    election: Election
    wanted: WantedStreams
    log: structlog.stdlib.BoundLogger

    async def until(self, stop: asyncio.Event) -> None:
        """Stand for election and dispatch until `stop`; an error is logged once, and everything is tried again."""
        logged = LogOnce()
        known: Collection[Key] | None = None
        clock = asyncio.get_running_loop().time
        reaped = float("-inf")
        while not stop.is_set():
            try:
                if await self.election.won():
                    if clock() - reaped > _REAP_EVERY:
                        wanted = await self.wanted()
                        if wanted is not known:
                            await self.work.want(wanted)
                            known = wanted
                        await self.reap()
                        reaped = clock()
                    await self.dispatch()
                else:
                    known = None
                if logged.over("dispatcher"):
                    self.log.info("dispatcher: works again")
            except S1ecsError as error:
                self._tell(logged, f"dispatcher: {error}; retried until it works")
            except Exception as error:  # noqa: BLE001 - a mistake of ours must not end the polls
                self._tell(logged, f"dispatcher: {error!r}: this is a bug in s1ecs; please report it with this line")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _TICK_SECONDS)
        with suppress(S1ecsError):
            await self.election.resign()

    def _tell(self, logged: LogOnce, text: str) -> None:
        if logged.changed("dispatcher", text):
            self.log.error(text)

    async def dispatch(self) -> None:
        """Queue what is due, as many consoles as live workers poll at a time at most: a deep queue is a slow one."""
        room = await self.workers.concurrency() - len(await self.queue.waiting())
        if room > 0 and (consoles := await self.work.claim(room)):
            await self.queue.defer(consoles)

    async def reap(self) -> None:
        """Free what workers left that were killed: their jobs, and the streams that were in them.

        A job whose console has another one in the queue can't be put back into it, and would keep its console from
        being polled: it is ended.
        """
        for job in await self.queue.stalled(DEAD_AFTER):
            await (self.queue.fail if job.succeeded else self.queue.retry)(job)
        if lost := await self.work.release(await self.queue.waiting(), _LOST_AFTER):
            self.log.info(f"dispatcher: consoles whose worker is gone are queued again: {len(lost)}")
