"""Documents of response actions on their way to the outputs, each at its own pace.

They wait in the state database, a row for each output that lacks them. Whoever delivers them holds the output's lock,
or the transaction that both the output and the rows are in; so each document is delivered by one process, and where
that one dies between the two, once more with the same id.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import orjson

from s1ecs.collect.checkpoint import Write
from s1ecs.collect.prune import Ask
from s1ecs.collect.unless import unless_stopped
from s1ecs.errors import S1ecsError, StateError, WalkTaken
from s1ecs.outputs.dead_letters import DeadLetters, Letter, letters
from s1ecs.outputs.in_time import TooSlow, in_time
from s1ecs.outputs.output import Batch, Delivered, JoinsCommit, Output, ShownAtOnce
from s1ecs.state.actions import WaitingDocument, documents_for, outputs_waited_for, taken
from s1ecs.state.locks import held
from s1ecs.streams.response_action import STREAM
from s1ecs.times import time_text

_ABOUT = "audit of response actions"
_AT_ONCE = 200
_FIRST_WAIT = 5.0
_LONGEST_WAIT = 300.0
# How long an output may take for a batch; after each time that it did not end in time, twice as long.
_FIRST_PATIENCE = 60.0
_LONGEST_PATIENCE = 3600.0


class _Delivery(NamedTuple):
    """What is locked while documents go to an output."""

    console: str
    stream: str
    walk: str


@dataclass
class Deliverer:
    """Delivers what waits; `ask` does something with the state database in a transaction, `now` is our clock in UTC."""

    ask: Ask
    state_folder: Path
    now: Callable[[], datetime]
    _troubles: dict[str, str] = field(default_factory=dict)
    _patience: dict[str, float] = field(default_factory=dict)

    async def waited_for(self) -> frozenset[str]:
        """The names of the outputs for which documents wait."""
        found: frozenset[str] = await self.ask(outputs_waited_for)
        return found

    async def once(self, outputs: Sequence[Output | JoinsCommit]) -> dict[str, str]:
        """Deliver what waits for these outputs, which are open; what hindered some of them, by name.

        No output waits for another. What one refuses goes to the dead letters.
        """
        waited_for = await self.waited_for()
        wanted = [output for output in outputs if output.name in waited_for]
        told = await asyncio.gather(*(self._one(output) for output in wanted))
        return {output.name: trouble for output, trouble in zip(wanted, told, strict=True) if trouble}

    async def unless(
        self, stop: asyncio.Event, outputs: Sequence[Output | JoinsCommit], warn: Callable[[str], None]
    ) -> None:
        """Deliver what waits, once, and warn of what hindered that; `stop` ends it at once. `outputs` are all."""
        await self._say_left(outputs, warn)
        for trouble in (await unless_stopped(stop, self.once(outputs)) or {}).values():
            warn(f"{_ABOUT}: {trouble}")

    async def until(
        self, stop: asyncio.Event, outputs: Sequence[Output | JoinsCommit], warn: Callable[[str], None]
    ) -> None:
        """Deliver what comes, until `stop`, which ends it at once; to each output at its own pace. `outputs` are all.

        An output in trouble is told of once, and tried less and less often. What was under way at `stop` comes again.
        """
        with contextlib.suppress(StateError):
            await self._say_left(outputs, warn)
        tasks = [asyncio.create_task(self._follow(output, warn)) for output in outputs]
        try:
            await stop.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _say_left(self, outputs: Sequence[Output | JoinsCommit], warn: Callable[[str], None]) -> None:
        """Warn of what waits for outputs that the settings no longer have."""
        for name in sorted(await self.waited_for() - {output.name for output in outputs}):
            warn(
                f"{_ABOUT}: documents wait for an output named {name}, and the settings have none; put it back into "
                "the settings to have them delivered; until then they stay"
            )

    async def _follow(self, output: Output | JoinsCommit, warn: Callable[[str], None]) -> None:
        """Deliver to one output, forever."""
        wait = _FIRST_WAIT
        while True:
            try:
                trouble = (await self.once([output])).get(output.name, "")
            except StateError as error:
                trouble = str(error)
            # Trouble of the state is every output's; one of them tells it.
            if trouble and output.name not in self._troubles and trouble not in self._troubles.values():
                warn(f"{_ABOUT}: {trouble}")
            if trouble:
                self._troubles[output.name] = trouble
            else:
                self._troubles.pop(output.name, None)
            wait = min(wait * 2, _LONGEST_WAIT) if trouble else _FIRST_WAIT
            await asyncio.sleep(wait)

    async def _one(self, output: Output | JoinsCommit) -> str:
        """Deliver what waits for one output; what hindered it, "" where nothing did."""
        try:
            if isinstance(output, JoinsCommit):
                while await self.ask(partial(_move, output=output)):
                    pass
            else:
                async with held(self.state_folder, [_Delivery("", STREAM.name, f"to {output.name}")]):
                    while await self._deliver(output):
                        pass
        except WalkTaken:
            # Another process is at it.
            return ""
        except TooSlow as error:
            return f"{output.name}: {error}"
        except S1ecsError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - one fault must not end what others need, least of all an action
            return f"{output.name}: delivering failed: {error!r}"
        return ""

    async def _deliver(self, output: Output) -> bool:
        """Deliver the first documents that wait, and then let them wait no longer. Whether there were any."""
        found: list[WaitingDocument] = await self.ask(partial(documents_for, output=output.name, most=_AT_ONCE))
        for batch, numbers in _batches(found):
            delivered = await self._delivered(output, batch)
            dead = letters(batch, output.name, delivered.refused, time_text(self.now()))

            writes = list(delivered.writes)
            if dead:
                writes.append(partial(_append, letters=dead, state_folder=self.state_folder))
            await self.ask(partial(_save, output=output.name, numbers=numbers, writes=writes))
            if isinstance(output, ShownAtOnce):
                output.committed(batch.console, batch.namespace, batch.stream)
        return bool(found)

    async def _delivered(self, output: Output, batch: Batch) -> Delivered:
        """What became of a batch; raise TooSlow where that takes too long: an output may be busy for hours."""
        patience = self._patience.pop(output.name, _FIRST_PATIENCE)
        try:
            return await in_time(patience, output.deliver(batch))
        except TooSlow:
            self._patience[output.name] = min(2 * patience, _LONGEST_PATIENCE)
            raise


def _move(connection: sqlite3.Connection, output: JoinsCommit) -> bool:
    """Write the first documents that wait, and let them wait no longer, in one transaction. Whether there were any."""
    found = documents_for(connection, output.name, _AT_ONCE)
    for batch, numbers in _batches(found):
        output.write(connection, batch)
        taken(connection, output.name, numbers)
    return bool(found)


def _save(connection: sqlite3.Connection, output: str, numbers: Sequence[int], writes: Sequence[Write]) -> None:
    for write in writes:
        write(connection)
    taken(connection, output, numbers)


def _append(_: sqlite3.Connection, letters: Sequence[Letter], state_folder: Path) -> None:
    DeadLetters(state_folder).append(letters)


def _batches(found: Sequence[WaitingDocument]) -> list[tuple[Batch, list[int]]]:
    """The documents as batches of one console and namespace each, in their order, with their numbers."""
    made = []
    for (console, namespace), group in groupby(found, lambda each: (each.console, each.namespace)):
        some = list(group)
        documents = [(each.id, orjson.loads(each.document)) for each in some]
        made.append((Batch(console, namespace, STREAM.name, documents), [each.number for each in some]))
    return made
