"""An output with the drain of its outbox: documents of response actions wait there, and those of a former spool."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from s1ecs.outputs.output import Batch, Capabilities, Delivered, Output, Takeover, acknowledge, lookup_of, takeover_of
from s1ecs.outputs.spool.circuit_breaker import CircuitBreaker
from s1ecs.outputs.spool.drain import Drain, SpoolEnvironment
from s1ecs.state.outbox import Waiting
from s1ecs.state.output_marks import Mark

# Seconds that an output may take for a piece of what waits, at first.
_PATIENCE = 60.0


class DrainedOutput:
    """Passes documents on to an output; when it opens nothing is drained yet: `drain` does that, once or forever."""

    def __init__(
        self,
        inner: Output,
        place: SpoolEnvironment,
        patience: float = _PATIENCE,
        consequence: str = "so documents wait in its outbox",
    ) -> None:
        self._inner = inner
        self._place = place
        self._breaker = CircuitBreaker(inner.name, place.clock, place.warn, place.tell, consequence)
        self.drain = Drain(inner, place, self._breaker, patience)

    @property
    def name(self) -> str:
        """The output's own."""
        return self._inner.name

    @property
    def capabilities(self) -> Capabilities:
        """The output's own, with the outbox."""
        return replace(self._inner.capabilities, outbox=True)

    @property
    def is_failing(self) -> bool:
        """True while it failed lately, so that it is too early to try again."""
        return self._breaker.is_open

    async def waiting(self) -> Waiting:
        """Return what waits now, whichever process put it there."""
        return await self.drain.waiting()

    async def open(self, mark: Mark) -> None:
        """Open the output."""
        await self._inner.open(mark)

    async def deliver(self, batch: Batch) -> Delivered:
        """Deliver a batch to the output."""
        return await self._inner.deliver(batch)

    async def present(
        self, console: str, namespace: str, stream: str, ids: Sequence[str], *, for_now: bool = False
    ) -> frozenset[str]:
        """Return those of `ids` that wait or are there; what waits counts as held, because it will be delivered."""
        feed = (console, namespace, stream)
        waits = await self._waits(feed, ids)
        others = [identity for identity in ids if identity not in waits]
        inner = lookup_of(self._inner, reading=True)
        if inner is None or not others:
            return waits
        return waits | await inner.present(*feed, others, for_now=for_now)

    async def _waits(self, feed: tuple[str, str, str], ids: Sequence[str]) -> frozenset[str]:
        among = partial(self._place.outbox.among, output=self.name, feed=feed, ids=ids)
        return await self._place.access.run(among)

    def committed(self, console: str, namespace: str, stream: str) -> None:
        """Pass on that the last delivery of this feed was committed."""
        acknowledge(self._inner, console, namespace, stream)

    async def take_over(self, feed: Takeover) -> None:
        """Pass on that a feed is delivered by this process from now on."""
        if (inner := takeover_of(self._inner)) is not None:
            await inner.take_over(feed)

    def let_go(self, console: str, namespace: str, stream: str, *, complete: bool) -> bool:
        """Pass on that it is not any more."""
        inner = takeover_of(self._inner)
        return inner is None or inner.let_go(console, namespace, stream, complete=complete)

    async def check(self) -> None:
        """Run the output's check."""
        await self._inner.check()

    async def close(self) -> None:
        """Close the output; what waits stays on disk."""
        await self.drain.stop()
        await self._inner.close()
