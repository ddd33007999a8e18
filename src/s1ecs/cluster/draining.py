"""Draining of an outbox by one worker at a time, into an output that must know which feeds are its own.

Whoever drains writes its name down before, and strikes it out once all that it delivered is committed. A name that is
there when another begins is that of a worker that may have delivered more than it could take out.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from s1ecs.cluster.takeover import take_over
from s1ecs.cluster.under_lease import require
from s1ecs.outputs.output import Batch, SupportsTakeover
from s1ecs.outputs.spool.drain import BeforePiece
from s1ecs.state.checkpoints import LIVE, WalkName
from s1ecs.state.leases import Tenure
from s1ecs.state.outbox import AUDIT_STREAM
from s1ecs.state.state import State


@dataclass(frozen=True)
class TakingDrain:
    """The sessions in which a worker drains the outbox of an output."""

    output: SupportsTakeover
    state: State
    worker: str

    @property
    def _drainers(self) -> str:
        """The name under which the marks of the state keep who drains: no output has it."""
        return f"{self.output.name} (drained by)"

    @asynccontextmanager
    async def session(self, tenure: Tenure) -> AsyncIterator[BeforePiece]:
        """Take each feed over before its first piece; let them go at the end."""
        taken: set[tuple[str, str, str]] = set()
        unsettled: list[str] = []
        walks = AsyncExitStack()

        async def before(batch: Batch) -> None:
            feed = (batch.console, batch.namespace, batch.stream)
            if feed in taken:
                return
            if batch.stream != AUDIT_STREAM:
                # What is left of a former spool; who polls the stream goes first.
                await walks.enter_async_context(self.state.leases.held([WalkName(batch.console, batch.stream, LIVE)]))
            if not taken:
                unsettled.extend(await self._begin())
            still_ours = partial(require, tenure, f"outbox of {self.output.name}")
            await take_over(self.output, feed, self.state, unsettled, still_ours)
            taken.add(feed)

        complete = False
        async with walks:
            try:
                yield before
                complete = True
            finally:
                settled = [self.output.let_go(*feed, complete=complete) for feed in taken]
                if taken and all(settled):
                    gone = dict.fromkeys([*unsettled, self.worker])
                    await self.state.run(partial(self.state.output_marks.save, output=self._drainers, changed=gone))

    async def _begin(self) -> list[str]:
        """Write this worker down; return those that are."""
        marks = self.state.output_marks
        found = await self.state.run(partial(marks.load, output=self._drainers))
        await self.state.run(partial(marks.save, output=self._drainers, changed={self.worker: True}))
        return list(found)
