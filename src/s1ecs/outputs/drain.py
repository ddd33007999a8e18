"""Draining a spool: what waits goes to its output, in order, in pieces, by one process at a time."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from s1ecs.errors import OutputError, S1ecsError, WalkTaken
from s1ecs.outputs.dead_letters import DeadLetters, letters
from s1ecs.outputs.in_time import TooSlow, in_time
from s1ecs.outputs.output import Delivered, Output
from s1ecs.outputs.retention import give_back
from s1ecs.outputs.spooled import Piece, Waiting, first_piece, remove, waiting_for
from s1ecs.outputs.stall import FIRST_PAUSE, Clock, Stall
from s1ecs.state.locks import held
from s1ecs.times import time_text

T = TypeVar("T")

# As long as a step of giving back takes, so that at least half of the time is for collecting.
_PAUSE_SECONDS = 0.02
_LONGEST_PATIENCE = 3600.0
_LONGEST_TROUBLE_PAUSE = 300.0

# Told of what an output refused: console, stream, how many.
Refusals = Callable[[str, str, int], None]


class Ask(Protocol):
    """Does something with the state database, in a transaction of its own between two commits."""

    def __call__(self, question: Callable[[sqlite3.Connection], T], /) -> Awaitable[T]:
        """What the question gave."""


@dataclass(frozen=True)
class Place:
    """Where a spool lies: the state database and its folder; and the clocks and the log of its process."""

    ask: Ask
    folder: Path
    now: Callable[[], datetime]
    clock: Clock
    warn: Callable[[str], None]
    tell: Callable[[str], None]


class DrainLock(NamedTuple):
    """What is held by the process that drains an output's spool."""

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

    def __init__(self, inner: Output, place: Place, stall: Stall, patience: float) -> None:
        self._inner = inner
        self._place = place
        self._stall = stall
        self._first_patience = self._patience = patience
        self._dead_letters = DeadLetters(place.folder)
        self._running: asyncio.Task[bool] | None = None
        self._said = ""
        self._trouble_pause = 0.0
        # What was delivered last, as long as it could not be taken out.
        self._done: tuple[Piece, Delivered] | None = None
        # Who is told of what is refused; and what waited when somebody asked last, here some seconds ago at most.
        self.refusals: Refusals = lambda *_: None
        self.known_waiting = Waiting()

    async def waiting(self) -> Waiting:
        """What waits now, whichever process put it there."""
        self.known_waiting = await self._place.ask(partial(waiting_for, output=self._inner.name))
        return self.known_waiting

    async def forever(self) -> None:
        """Drain whenever something waits, after a failure later and later; it never ends by itself."""
        while True:
            await self.once()
            await asyncio.sleep(self.pause)

    @property
    def pause(self) -> float:
        """How many seconds until it is tried again: longer while the output stalls, or the state is in trouble."""
        return max(FIRST_PAUSE, self._stall.seconds, self._trouble_pause)

    async def once(self) -> bool:
        """Drain until nothing waits; False where something is in the way, which was said. Joins one that is at work."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._said_once())
        return await asyncio.shield(self._running)

    async def stop(self) -> None:
        """Give up what is at work; what was not taken out yet stays and comes again."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _said_once(self) -> bool:
        try:
            drained = await self._drain()
        except S1ecsError as error:
            text = str(error)
        except Exception as error:  # noqa: BLE001 - what waits is tried again, whatever it was
            text = f"draining the spool failed: {error!r}; it is tried again"
        else:
            self._trouble_pause = 0.0
            return drained
        self._trouble_pause = min(max(2 * self._trouble_pause, FIRST_PAUSE), _LONGEST_TROUBLE_PAUSE)
        if text != self._said:
            self._place.warn(f"{self._inner.name}: {text.removeprefix(f'{self._inner.name}: ')}")
        self._said = text
        return False

    async def _drain(self) -> bool:
        if not (await self.waiting()).documents:
            return True
        try:
            async with held(self._place.folder, [DrainLock(self._inner.name)]):
                return await self._pieces()
        except WalkTaken:
            return False

    async def _pieces(self) -> bool:
        done = 0
        while (piece := await self._place.ask(partial(first_piece, output=self._inner.name))) is not None:
            delivered = await self._delivered(piece)
            if delivered is None:
                return False
            # To take out needs room on the disk, too: where that fails it is tried again, and not delivered again.
            self._done = (piece, delivered)
            await self._place.ask(partial(self._take_out, piece=piece, delivered=delivered))
            self._done = None
            await self.waiting()
            self._said = ""
            done += len(piece.rows)
            self._tell_refused(piece, len(delivered.refused))
        self._stall.over(done)
        await self._give_back()
        return True

    async def _give_back(self) -> None:
        """Give the room that became free back to the disk."""
        more = True
        while more:
            more = await self._place.ask(partial(give_back, clock=self._place.clock))
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _delivered(self, piece: Piece) -> Delivered | None:
        """What became of a piece; None where the output does not take it now.

        Whoever waits here holds up nobody, so an output that is slow but at work is given longer each time.
        """
        if self._done is not None and self._done[0].rows == piece.rows:
            return self._done[1]
        try:
            delivered = await in_time(self._patience, self._inner.deliver(piece.batch))
        except OutputError as error:
            self._stall.failed(str(error))
            if isinstance(error, TooSlow):
                self._patience = min(2 * self._patience, _LONGEST_PATIENCE)
        else:
            self._patience = self._first_patience
            return delivered
        return None

    def _take_out(self, connection: sqlite3.Connection, piece: Piece, delivered: Delivered) -> None:
        for write in delivered.writes:
            write(connection)
        batch = piece.batch
        dead = letters(batch, self._inner.name, delivered.refused, time_text(self._place.now()))
        if dead:
            self._dead_letters.append(dead)
            connection.execute(
                "UPDATE polls SET refused = refused + ? WHERE (console, stream) = (?, ?)",
                (len(dead), batch.console, batch.stream),
            )
        remove(connection, self._inner.name, piece)

    def _tell_refused(self, piece: Piece, refused: int) -> None:
        if refused:
            batch = piece.batch
            self.refusals(batch.console, batch.stream, refused)
            self._place.warn(
                f"{batch.console} {batch.stream}: {self._inner.name} refused documents that had waited: {refused}; "
                "they are kept, see s1ecs dead-letters"
            )
