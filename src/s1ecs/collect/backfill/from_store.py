"""Filling one output from the local store: all that it lacks, in order, resumable, without a console."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from s1ecs.errors import DeliveredMeanwhile, S1ecsError
from s1ecs.outputs.dead_letters import letters
from s1ecs.outputs.output import Batch, Delivered, Output, acknowledge, lookup_of
from s1ecs.outputs.spool.drained import DrainedOutput
from s1ecs.outputs.store.pieces import StoreCursor, count_documents, load_cursor, next_piece, save_cursor
from s1ecs.state.checkpoints import WalkName
from s1ecs.state.dead_letters import DeadLetters, Letter
from s1ecs.state.state import State
from s1ecs.state.transaction import Transaction
from s1ecs.tasks import meanwhile
from s1ecs.timestamps import time_text

# Told after each piece: documents read from the store, how many there are, how many of them were new to the output.
ReportFilling = Callable[[int, int, int], None]


@dataclass
class Filled:
    """Result of filling an output; `whole`: to the end of the store."""

    read: int = 0
    new: int = 0
    refused: int = 0
    whole: bool = False
    error: S1ecsError | None = None


@dataclass(frozen=True)
class Filling:
    """One output, open, that is to get the documents of these streams (all, if empty) from the store."""

    state: State
    output: Output
    streams: Sequence[str]
    dead_letters: DeadLetters
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def name(self) -> WalkName:
        """Name of its checkpoint, which belongs to no console."""
        chosen = f" of {','.join(sorted(self.streams))}" if self.streams else ""
        return WalkName("", "store", f"to {self.output.name}{chosen}")

    async def fill(self, stop: asyncio.Event, tell: ReportFilling, *, again: bool = False) -> Filled:
        """Go on from where an earlier run stopped; `again` from the beginning. Errors come back, never raised."""
        filled = Filled()
        try:
            async with self.state.leases.held([self.name]):
                await self._fill(filled, stop, tell, again=again)
        except S1ecsError as error:
            filled.error = error
        return filled

    async def _fill(self, filled: Filled, stop: asyncio.Event, tell: ReportFilling, *, again: bool) -> None:
        total = await self.state.run(partial(count_documents, streams=self.streams))
        place = StoreCursor() if again else await self.state.run(partial(load_cursor, walk=self.name))
        while not stop.is_set():
            piece = await self.state.run(partial(next_piece, place=place, streams=self.streams, now=self.now()))
            if piece is None:
                filled.whole = True
                return
            for batch in piece.batches:
                while True:
                    try:
                        await self._give(filled, batch)
                    except DeliveredMeanwhile:
                        continue
                    break
            place = piece.place
            await self.state.run(partial(save_cursor, walk=self.name, place=place))
            tell(filled.read, total, filled.new)

    async def _give(self, filled: Filled, batch: Batch) -> None:
        """Give a batch without what the output holds; what is the latest state is given to a search server anyhow.

        It goes by ids itself, and its index of latest states may lack what its data stream holds. Raise
        DeliveredMeanwhile, and count nothing, where another process gave it some of the documents meanwhile.
        """
        ids = [identity for identity, _ in batch.documents]
        lacking = frozenset(ids) - await self._held(batch, ids)
        wanted = lacking | (frozenset(batch.things) if self.output.capabilities.latest_states else frozenset())
        documents = [pair for pair in batch.documents if pair[0] in wanted]
        if not documents:
            filled.read += len(ids)
            return
        given = replace(batch, documents=documents, asked=lacking)
        delivered = await self.output.deliver(given)
        dead = letters(given, self.output.name, delivered.refused, time_text(self.now()))
        await self.state.run(partial(self._commit, delivered=delivered, dead=dead))
        acknowledge(self.output, given.console, given.namespace, given.stream)
        filled.read += len(ids)
        filled.new += len(lacking)
        filled.refused += len(dead)

    async def _held(self, batch: Batch, ids: Sequence[str]) -> frozenset[str]:
        """Return those of `ids` that the output holds; none if it can't be asked."""
        output = lookup_of(self.output, reading=True)
        if output is None:
            return frozenset()
        return await output.present(batch.console, batch.namespace, batch.stream, ids, for_now=True)

    def _commit(self, transaction: Transaction, delivered: Delivered, dead: Sequence[Letter]) -> None:
        for write in delivered.writes:
            write(transaction)
        self.state.output_marks.save(transaction, self.output.name, delivered.mark)
        if dead:
            self.dead_letters.append(transaction, dead)


@asynccontextmanager
async def drained(output: DrainedOutput) -> AsyncIterator[None]:
    """Drain the output's outbox as long as the context lasts."""
    async with meanwhile([output.drain.forever()]):
        yield
