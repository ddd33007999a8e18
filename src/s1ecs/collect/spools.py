"""Spools while collecting: made from settings, drained beside the collecting, tried once more at its end."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog

from s1ecs.collect.unless import unless_stopped
from s1ecs.outputs.drain import Drain, Place
from s1ecs.outputs.output import JoinsCommit, Output
from s1ecs.outputs.spool import Limits, Spool, spooled
from s1ecs.outputs.spooled import waiting_outputs
from s1ecs.outputs.stall import Stall
from s1ecs.settings import Output as OutputSettings
from s1ecs.state.database import Database

# How many seconds an output that has no spool any more may take for a piece of what waits, at first.
_LEFT_PATIENCE = 30.0


def with_spool(
    output: Output | JoinsCommit, settings: OutputSettings, database: Database, log: structlog.stdlib.BoundLogger
) -> Output | JoinsCommit:
    """The output, behind a spool where its settings say `on_stall: spill`."""
    values = settings.values
    if isinstance(output, JoinsCommit) or values.get("on_stall") != "spill":
        return output
    limits = Limits(values["stall_after"].total_seconds(), values["spill_size"])
    return spooled(output, limits, _place(database, log))


def _place(database: Database, log: structlog.stdlib.BoundLogger) -> Place:
    return Place(
        database.run,
        database.path.parent,
        now=lambda: datetime.now(UTC),
        clock=time.monotonic,
        warn=log.warning,
        tell=log.info,
    )


def spools(outputs: Sequence[Output | JoinsCommit]) -> list[Spool]:
    """Those outputs that are spools."""
    return [output for output in outputs if isinstance(output, Spool)]


@asynccontextmanager
async def draining(
    outputs: Sequence[Output | JoinsCommit], database: Database, log: structlog.stdlib.BoundLogger
) -> AsyncIterator[None]:
    """Drain every spool until the context ends; say first what waits for outputs that are no longer there.

    What waits from a time when its output had a spool is drained, too: new documents go by it then, so that it may come
    to the output behind newer ones.
    """
    waiting = await database.run(waiting_outputs)
    _say_left(waiting, {output.name for output in outputs}, log)
    left = [
        _drain_left(output, database, log)
        for output in outputs
        if output.name in waiting and not isinstance(output, JoinsCommit | Spool)
    ]
    tasks = [asyncio.create_task(drain.forever()) for drain in (*(spool.drain for spool in spools(outputs)), *left)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for drain in left:
            await drain.stop()


def _drain_left(output: Output, database: Database, log: structlog.stdlib.BoundLogger) -> Drain:
    """What empties the spool that an output had."""
    place = _place(database, log)
    log.info(f"{output.name}: documents wait in the spool that it had; they are delivered beside the new ones")
    return Drain(output, place, Stall(output.name, place.clock, place.warn, place.tell), _LEFT_PATIENCE)


async def try_once_more(
    outputs: Sequence[Output | JoinsCommit], stop: asyncio.Event, log: structlog.stdlib.BoundLogger
) -> None:
    """Drain what can be drained now, before the process ends; say what then still waits."""
    for spool in spools(outputs):
        if not stop.is_set() and not spool.stalls:
            await unless_stopped(stop, spool.drain.once())
        count = (await spool.waiting()).documents
        if count:
            log.warning(f"{spool.name}: documents still wait in the spool: {count}; the next collect or run goes on")


def _say_left(waiting: Collection[str], known: Collection[str], log: structlog.stdlib.BoundLogger) -> None:
    for name in waiting:
        if name not in known:
            log.warning(
                f"{name}: documents wait in the spool for an output of this name, and the settings have none; put it "
                "back into the settings to have them delivered; until then they stay"
            )
