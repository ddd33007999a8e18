"""Spools while collecting: made from settings, drained beside the collecting, tried once more at its end."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog

from s1ecs.outputs.drain import Place
from s1ecs.outputs.output import JoinsCommit, Output
from s1ecs.outputs.spool import Limits, Spool, spooled
from s1ecs.outputs.spooled import waiting_outputs
from s1ecs.settings import Output as OutputSettings
from s1ecs.state.database import Database


def with_spool(
    output: Output | JoinsCommit, settings: OutputSettings, database: Database, log: structlog.stdlib.BoundLogger
) -> Output | JoinsCommit:
    """The output, behind a spool where its settings say `on_stall: spill`."""
    values = settings.values
    if isinstance(output, JoinsCommit) or values.get("on_stall") != "spill":
        return output
    place = Place(
        database.run,
        database.path.parent,
        now=lambda: datetime.now(UTC),
        clock=time.monotonic,
        warn=log.warning,
        tell=log.info,
    )
    return spooled(output, Limits(values["stall_after"].total_seconds(), values["spill_size"]), place)


def spools(outputs: Sequence[Output | JoinsCommit]) -> list[Spool]:
    """Those outputs that are spools."""
    return [output for output in outputs if isinstance(output, Spool)]


@asynccontextmanager
async def draining(
    outputs: Sequence[Output | JoinsCommit], database: Database, log: structlog.stdlib.BoundLogger
) -> AsyncIterator[None]:
    """Drain every spool until the context ends; say first what waits for outputs that have none any more."""
    mine = spools(outputs)
    _say_left(await database.run(waiting_outputs), {spool.name for spool in mine}, log)
    tasks = [asyncio.create_task(spool.drain.forever()) for spool in mine]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def try_once_more(
    outputs: Sequence[Output | JoinsCommit], stop: asyncio.Event, log: structlog.stdlib.BoundLogger
) -> None:
    """Drain what can be drained now, before the process ends; say what then still waits."""
    for spool in spools(outputs):
        if not stop.is_set() and not spool.stalls:
            drained, stopped = asyncio.create_task(spool.drain.once()), asyncio.create_task(stop.wait())
            await asyncio.wait({drained, stopped}, return_when=asyncio.FIRST_COMPLETED)
            drained.cancel()
            stopped.cancel()
            await asyncio.gather(drained, stopped, return_exceptions=True)
        count = (await spool.waiting()).documents
        if count:
            log.warning(f"{spool.name}: documents still wait in the spool: {count}; the next collect or run goes on")


def _say_left(waiting: Collection[str], known: Collection[str], log: structlog.stdlib.BoundLogger) -> None:
    for name in waiting:
        if name not in known:
            log.warning(
                f"{name}: documents wait in the spool for an output of this name, and there is none with on_stall: "
                "spill; put it back into the settings to have them delivered; until then they stay"
            )
