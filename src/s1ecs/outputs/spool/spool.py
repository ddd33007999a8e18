"""A spool: an output whose documents wait in the outbox while it does not accept them.

What waits is saved in the transaction that saves the checkpoint, and taken out behind its delivery: nothing is lost,
and what is delivered twice around a crash has the same ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from s1ecs.errors import OutputError
from s1ecs.outputs.output import Batch, Capabilities, Delivered, Output
from s1ecs.outputs.spool.deadline import in_time
from s1ecs.outputs.spool.drain import SpoolEnvironment
from s1ecs.outputs.spool.drained import DrainedOutput
from s1ecs.outputs.spool.queue import Queue
from s1ecs.state.output_marks import Mark
from s1ecs.timestamps import shown_time


@dataclass(frozen=True)
class SpoolLimits:
    """Limits of a spool: seconds that an output may take before its documents wait, and bytes of them that may."""

    stall_after: float
    size: int


class Spool(DrainedOutput):
    """Gives documents to an output or, while that fails or others wait already, puts them behind these."""

    def __init__(self, inner: Output, limits: SpoolLimits, place: SpoolEnvironment) -> None:
        super().__init__(inner, place, limits.stall_after, "so they wait in the spool")
        self._limits = limits
        self._queue = Queue(place.outbox, inner.name)

    @property
    def capabilities(self) -> Capabilities:
        """The output's own, with the outbox and the spool."""
        return replace(super().capabilities, spooled=True)

    async def open(self, mark: Mark) -> None:
        """Open the output, and log what waits for it."""
        await super().open(mark)
        backlog = await self._place.access.run(partial(self._place.outbox.backlog, output=self.name))
        if backlog is not None:
            since, count = shown_time(backlog.since), backlog.waiting.documents
            self._place.warn(f"{self.name}: documents waiting since {since}: {count}")

    async def deliver(self, batch: Batch) -> Delivered:
        """Deliver a batch, or return what puts it behind those that wait. Takes no longer than `stall_after`.

        What was not done in time is spooled, too; if it was done after all, it comes twice, with the same ids.
        """
        if not (await self.waiting()).documents and not self._breaker.is_open:
            try:
                delivered = await in_time(self._limits.stall_after, self._inner.deliver(batch))
            except OutputError as error:
                self._breaker.trip(str(error))
            else:
                self._breaker.close()
                return delivered
        put = partial(self._queue.append, batch=batch, size=self._limits.size, time=self._place.now())
        return Delivered(writes=[put])

    async def check(self) -> None:
        """Run the output's check, no longer than `stall_after`; if it fails documents wait at once."""
        try:
            await in_time(self._limits.stall_after, self._inner.check())
        except OutputError as error:
            self._breaker.trip(str(error))
        else:
            if not (await self.waiting()).documents:
                self._breaker.close()

    async def present(
        self, console: str, namespace: str, stream: str, ids: Sequence[str], *, for_now: bool = False
    ) -> frozenset[str]:
        """Return those of `ids` that wait or are there; raise OutputError when the output must be asked and can't tell.

        `for_now`: an output that does not tell within `stall_after` is taken to hold nothing; what it holds then comes
        to it once more, with the same ids.
        """
        feed = (console, namespace, stream)
        if not for_now:
            return await super().present(*feed, ids)
        if not self.is_failing:
            try:
                return await in_time(self._limits.stall_after, super().present(*feed, ids))
            except OutputError as error:
                self._breaker.trip(str(error))
        return await self._waits(feed, ids)
