"""A spool: an output before which documents wait, on disk, while it does not take them.

What waits is saved in the transaction that saves the checkpoint, and taken out behind its delivery: nothing is lost,
and what is delivered twice around a crash has the same ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from s1ecs.errors import OutputError
from s1ecs.outputs.drain import Drain, Place
from s1ecs.outputs.held import Askable
from s1ecs.outputs.in_time import in_time
from s1ecs.outputs.output import Batch, Delivered, Output
from s1ecs.outputs.spooled import Waiting, among_waiting, append, waits_since
from s1ecs.outputs.stall import Stall


@dataclass(frozen=True)
class Limits:
    """How many seconds an output may take before its documents wait, and how many bytes of them may."""

    stall_after: float
    size: int


class Spool:
    """Gives documents to an output or, while that stalls or others wait already, puts them behind these.

    With `open` nothing is drained yet: `drain` is what does that, once or forever.
    """

    def __init__(self, inner: Output, limits: Limits, place: Place) -> None:
        self._inner = inner
        self._limits = limits
        self._place = place
        self._stall = Stall(inner.name, place.clock, place.warn, place.tell)
        self.drain = Drain(inner, place, self._stall, limits.stall_after)

    @property
    def name(self) -> str:
        """The output's own."""
        return self._inner.name

    @property
    def stalls(self) -> bool:
        """Whether it failed lately, so that it is too early to try again."""
        return self._stall.lasts

    async def waiting(self) -> Waiting:
        """What waits now, whichever process put it there."""
        return await self.drain.waiting()

    async def open(self) -> None:
        """Open the output, and say what waits for it."""
        await self._inner.open()
        since = await self._place.ask(partial(waits_since, output=self.name))
        if since is not None:
            count = (await self.waiting()).documents
            self._place.warn(f"{self.name}: documents wait for it since {since:%Y-%m-%d %H:%M} UTC: {count}")

    async def deliver(self, batch: Batch) -> Delivered:
        """Deliver a batch, or give back what puts it behind those that wait. Takes no longer than `stall_after`.

        What was not done in time is spooled, too; if it was done after all, it comes twice, with the same ids.
        """
        if not (await self.waiting()).documents and not self._stall.lasts:
            try:
                delivered = await in_time(self._limits.stall_after, self._inner.deliver(batch))
            except OutputError as error:
                self._stall.failed(str(error))
            else:
                self._stall.over()
                return delivered
        put = partial(append, batch=batch, output=self.name, size=self._limits.size, time=self._place.now())
        return Delivered(writes=[put])

    async def check(self) -> None:
        """The output's own check, for no longer than `stall_after`; what it finds makes documents wait at once."""
        try:
            await in_time(self._limits.stall_after, self._inner.check())
        except OutputError as error:
            self._stall.failed(str(error))
        else:
            if not (await self.waiting()).documents:
                self._stall.over()

    async def close(self) -> None:
        """Let go of the output; what waits stays on disk."""
        await self.drain.stop()
        await self._inner.close()


class AskableSpool(Spool):
    """A spool of an output that can say what it holds; what waits for it counts as held: it will be delivered."""

    def __init__(self, inner: Output, limits: Limits, place: Place) -> None:
        super().__init__(inner, limits, place)
        assert isinstance(inner, Askable)
        self._askable: Askable = inner

    async def present(self, console: str, namespace: str, stream: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that wait or are there; raise OutputError when the output must be asked and does not tell."""
        waits = await self._waits((console, namespace, stream), ids)
        others = [identity for identity in ids if identity not in waits]
        return waits | (await self._askable.present(console, namespace, stream, others) if others else frozenset())

    async def present_for_now(self, console: str, namespace: str, stream: str, ids: Sequence[str]) -> frozenset[str]:
        """The same for who can't wait: an output that does not tell within `stall_after` is taken to hold nothing.

        What it holds then comes to it once more, with the same ids.
        """
        if not self.stalls:
            try:
                return await in_time(self._limits.stall_after, self.present(console, namespace, stream, ids))
            except OutputError as error:
                self._stall.failed(str(error))
        return await self._waits((console, namespace, stream), ids)

    async def _waits(self, feed: tuple[str, str, str], ids: Sequence[str]) -> frozenset[str]:
        return await self._place.ask(partial(among_waiting, output=self.name, feed=feed, ids=ids))


def spooled(inner: Output, limits: Limits, place: Place) -> Spool:
    """The spool of an output, which can be asked what is there if the output can."""
    return (AskableSpool if isinstance(inner, Askable) else Spool)(inner, limits, place)
