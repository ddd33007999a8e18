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
from s1ecs.cluster.token_watch import TokenWatch
from s1ecs.collect.feed import Feed
from s1ecs.errors import S1ecsError, StateError
from s1ecs.log_once import LogOnce
from s1ecs.state.status import Key
from s1ecs.state.work import Work
from s1ecs.state.workers import WORKER_BEAT, WorkerRow, Workers
from s1ecs.tasks import meanwhile, side_by_side

# A poll that takes longer, such as that of an inventory of which a console gives three pages a second, mostly waits: it
# goes on beside the others, so many times as many as are begun at a time.
_QUICK_SECONDS = 10.0
_LONG_SHARE = 4
_PUT_OFF_SECONDS = 10.0


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
    tokens: TokenWatch
    log: structlog.stdlib.BoundLogger
    reported: LastReport = field(default_factory=LastReport)
    # Consoles whose polls take long, and the streams that took long last time.
    long: set[asyncio.Task[None]] = field(default_factory=set)
    slow: set[Key] = field(default_factory=set)

    async def until(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, by whoever, then end the polls in progress at their next step."""
        async with self._reported(stop):
            dispatching = self.dispatcher.until(stop)
            try:
                await side_by_side([self.queue.run(self.poll, self.row.concurrency, stop), dispatching])
                await asyncio.gather(*self.long)
            finally:
                for task in self.long:
                    task.cancel()
                await asyncio.gather(*self.long, return_exceptions=True)

    async def poll(self, console: str) -> None:
        """Poll the streams of a console that are due, or, if that takes long, let it go on beside further consoles."""
        task = asyncio.create_task(self._poll(console))
        try:
            done, _ = await asyncio.wait({task}, timeout=_QUICK_SECONDS)
            if done or self._is_full:
                await task
                return
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        self.long.add(task)
        task.add_done_callback(self.long.discard)

    @property
    def _is_full(self) -> bool:
        """True while as many polls take long as may, beside those that have just begun."""
        return len(self.long) >= _LONG_SHARE * self.row.concurrency

    async def _poll(self, console: str) -> None:
        """Poll what is due of a console; log what is in the way."""
        try:
            streams = await self.work.due(console)
            async with self.consoles.using(console) as feeds:
                await side_by_side([self._stream(feeds[stream]) for stream in streams if stream in feeds])
                for feed in list(feeds.values())[:1]:
                    await self.tokens.look(feed)
        except S1ecsError as error:
            self._tell(f"{console}: {error.behind(console)}; retried")
        except Exception as error:  # noqa: BLE001 - a mistake of ours in one console must not end the others
            self._tell(f"{console}: {error!r}: this is a bug in s1ecs; please report it with this line; retried")

    async def _stream(self, feed: Feed) -> None:
        key = Key(feed.console, feed.stream.name)
        if self._is_full and key in self.slow:
            # It would keep quick ones from being polled.
            await self.work.put_off(key, _PUT_OFF_SECONDS)
            return
        began = asyncio.get_running_loop().time()
        await self.polls.poll(feed)
        took = asyncio.get_running_loop().time() - began
        (self.slow.add if took > _QUICK_SECONDS else self.slow.discard)(key)

    async def report(self) -> bool:
        """Report; return whether this worker is asked to end."""
        row = replace(self.row, running=len(self.polls.polling), dispatcher=self.dispatcher.election.elected)
        draining = await self.workers.beat(row)
        await self.work.keep(row.id, list(self.polls.polling))
        await self.polls.disown()
        self.reported.at = asyncio.get_running_loop().time()
        return draining

    def _tell(self, text: str) -> None:
        self.log.error(text)

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
                        self._tell(f"this worker can't report: {error}")

        try:
            async with meanwhile([beat()]):
                yield
        finally:
            with suppress(StateError):
                await self.workers.leave(self.row.id)
