"""Draining the outbox of an output: what waits goes to it in order, in pieces, by one process at a time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from s1ecs.backoff import BackOff
from s1ecs.errors import DeliveredMeanwhile, OutputError, S1ecsError, WalkTaken
from s1ecs.log_once import LogOnce
from s1ecs.outputs.dead_letters import letters
from s1ecs.outputs.output import Batch, Delivered, Output, acknowledge
from s1ecs.outputs.spool.circuit_breaker import FIRST_PAUSE, CircuitBreaker, MonotonicClock
from s1ecs.outputs.spool.deadline import DeadlineExceeded, in_time
from s1ecs.outputs.spool.queue import Queue, QueuedBatch
from s1ecs.state.dead_letters import DeadLetters
from s1ecs.state.leases import LastingTenure, Leases, Tenure
from s1ecs.state.outbox import AUDIT_STREAM, Outbox, Waiting
from s1ecs.state.output_marks import OutputMarks
from s1ecs.state.transaction import StateAccess, Transaction
from s1ecs.timestamps import time_text

# As long as a step of giving back takes, so that at least half of the time is for collecting.
_PAUSE_SECONDS = 0.02
_LONGEST_PATIENCE = 3600.0
_LONGEST_TROUBLE_PAUSE = 300.0

# Told of what an output refused: console, stream, how many.
Refusals = Callable[[str, str, int], None]


@dataclass(frozen=True)
class SpoolEnvironment:
    """The state with its outbox, marks, leases and dead letters; the clocks and the log of the process."""

    access: StateAccess
    outbox: Outbox
    marks: OutputMarks
    leases: Leases
    dead_letters: DeadLetters
    now: Callable[[], datetime]
    clock: MonotonicClock
    warn: Callable[[str], None]
    tell: Callable[[str], None]


# Called before each piece that is delivered while the output's lock is held.
BeforePiece = Callable[[Batch], Awaitable[None]]
DrainSession = Callable[[Tenure], AbstractAsyncContextManager[BeforePiece]]


@asynccontextmanager
async def _alone_on_this_state(_tenure: Tenure) -> AsyncIterator[BeforePiece]:
    """Do nothing before a piece: no other process drains this outbox into outputs that would have to know."""

    async def nothing(_batch: Batch) -> None:
        """Do nothing."""

    yield nothing


class DrainLock(NamedTuple):
    """The lock of the process that drains the outbox of an output."""

    output: str
    console: str = ""
    stream: str = "spool"

    @property
    def walk(self) -> str:
        """The output."""
        return self.output

    def __str__(self) -> str:
        return f"{self.output}: the spool"


class Drain:
    """Gives an output what waits for it; `patience` are the seconds that it may take for a piece at first."""

    def __init__(self, inner: Output, place: SpoolEnvironment, breaker: CircuitBreaker, patience: float) -> None:
        self._inner = inner
        self._place = place
        self._queue = Queue(place.outbox, inner.name)
        self._breaker = breaker
        self._first_patience = self._patience = patience
        self._running: asyncio.Task[bool] | None = None
        self._logged = LogOnce()
        self._trouble = BackOff(FIRST_PAUSE, _LONGEST_TROUBLE_PAUSE)
        # What was delivered last, as long as it could not be taken out.
        self._done: tuple[QueuedBatch, Delivered] | None = None
        # Who is told of what is refused; and what waited when somebody asked last, here some seconds ago at most.
        self.refusals: Refusals = lambda *_: None
        self.session: DrainSession = _alone_on_this_state
        self.known_waiting = Waiting()

    async def waiting(self) -> Waiting:
        """Return what waits now, whichever process put it there."""
        waiting = partial(self._place.outbox.waiting, output=self._inner.name)
        self.known_waiting = await self._place.access.run(waiting)
        return self.known_waiting

    async def forever(self) -> None:
        """Drain whenever something waits, after a failure later and later; it never ends by itself."""
        while True:
            await self.once()
            await asyncio.sleep(self.pause)

    @property
    def pause(self) -> float:
        """Seconds until it is tried again: longer while the output fails, or the state is in trouble."""
        return max(FIRST_PAUSE, self._breaker.seconds, self._trouble.current)

    async def once(self) -> bool:
        """Drain until nothing waits; False if something is in the way, which was logged. Joins one that is at work."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._logged_once())
        return await asyncio.shield(self._running)

    async def stop(self) -> None:
        """Give up what is at work; what was not taken out yet stays and comes again."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _logged_once(self) -> bool:
        try:
            drained = await self._drain()
        except S1ecsError as error:
            # The state's trouble keeps everybody from working; whoever has something to do logs it.
            text = str(error) if self.known_waiting.documents else ""
        except Exception as error:  # noqa: BLE001 - what waits is tried again, whatever it was
            text = f"draining the spool failed: {error!r}; it will be retried"
        else:
            self._trouble.reset()
            return drained
        self._trouble.next()
        if text and self._logged.changed(self._inner.name, text):
            self._place.warn(f"{self._inner.name}: {text.removeprefix(f'{self._inner.name}: ')}")
        return False

    async def _drain(self) -> bool:
        if not (await self.waiting()).documents:
            return True
        try:
            async with self._alone() as tenure, self.session(tenure) as before:
                return await self._pieces(before)
        except WalkTaken:
            return False

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[Tenure]:
        """Hold the output's lock; what is transactional needs none, because only one commit can remove a piece."""
        if self._inner.capabilities.transactional:
            yield LastingTenure()
            return
        async with self._place.leases.held([DrainLock(self._inner.name)]) as tenure:
            yield tenure

    async def _pieces(self, before: BeforePiece) -> bool:
        spooled = 0
        while (queued := await self._place.access.run(self._queue.first)) is not None:
            await before(queued.batch)
            delivered = await self._delivered(queued)
            if delivered is None:
                return False
            # To take out needs room on the disk, too: where that fails it is tried again, and not delivered again.
            self._done = (queued, delivered)
            try:
                await self._place.access.run(partial(self._take_out, queued=queued, delivered=delivered))
            except DeliveredMeanwhile:
                continue
            self._done = None
            batch = queued.batch
            acknowledge(self._inner, batch.console, batch.namespace, batch.stream)
            await self.waiting()
            self._logged.over(self._inner.name)
            spooled += len(batch.documents) if batch.stream != AUDIT_STREAM else 0
            self._tell_refused(queued, len(delivered.refused))
        self._breaker.close(spooled)
        if spooled:
            await self._give_back()
        return True

    async def _give_back(self) -> None:
        """Give the room that became free back to the disk."""
        more = True
        while more:
            more = await self._place.access.run(partial(self._place.outbox.give_back, clock=self._place.clock))
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _delivered(self, queued: QueuedBatch) -> Delivered | None:
        """Return the result of a piece; None if the output does not take it now.

        Nobody waits for it, so an output that is slow but at work is given longer each time.
        """
        if self._done is not None and self._done[0].piece.rows == queued.piece.rows:
            return self._done[1]
        try:
            delivered = await in_time(self._patience, self._inner.deliver(queued.batch))
        except OutputError as error:
            self._breaker.trip(str(error))
            if isinstance(error, DeadlineExceeded):
                self._patience = min(2 * self._patience, _LONGEST_PATIENCE)
        else:
            self._patience = self._first_patience
            return delivered
        return None

    def _take_out(self, transaction: Transaction, queued: QueuedBatch, delivered: Delivered) -> None:
        place, batch = self._place, queued.batch
        removed = place.outbox.remove(transaction, self._inner.name, queued.piece)
        if self._inner.capabilities.transactional and removed < len(queued.piece.rows):
            raise DeliveredMeanwhile(f"{self._inner.name}: another process delivered the waiting documents")
        for write in delivered.writes:
            write(transaction)
        place.marks.save(transaction, self._inner.name, delivered.mark)
        dead = letters(batch, self._inner.name, delivered.refused, time_text(place.now()))
        if dead:
            place.dead_letters.append(transaction, dead)
            place.outbox.count_refused(transaction, batch.console, batch.stream, len(dead))

    def _tell_refused(self, queued: QueuedBatch, refused: int) -> None:
        if refused:
            batch = queued.batch
            self.refusals(batch.console, batch.stream, refused)
            self._place.warn(
                f"{batch.console} {batch.stream}: {self._inner.name} refused waiting documents: {refused}; "
                "they are kept, see s1ecs dead-letters"
            )
