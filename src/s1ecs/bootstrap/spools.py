"""Outboxes while collecting: each output with its drain or spool, drained beside collecting and once at its end."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import cast

import structlog

from s1ecs.outputs.output import Output
from s1ecs.outputs.spool.drain import SpoolEnvironment
from s1ecs.outputs.spool.drained import DrainedOutput
from s1ecs.outputs.spool.spool import Spool, SpoolLimits
from s1ecs.settings import OutputSettings
from s1ecs.state.dead_letters import DeadLetters
from s1ecs.state.state import State
from s1ecs.tasks import meanwhile, unless_stopped


def with_outbox(
    output: Output,
    settings: OutputSettings,
    state: State,
    dead_letters: DeadLetters,
    log: structlog.stdlib.BoundLogger,
    *,
    shared: bool = False,
) -> DrainedOutput:
    """Return the output with the drain of its outbox, behind a spool if its settings say `on_stall: spill`.

    Where feeds are `shared` among processes, an output that must know which are its own has no spool: another process
    would drain it. What it does not accept stays at the console, and is read again.
    """
    place = outbox_environment(state, dead_letters, log.warning, log.info)
    values = settings.values
    takes_over = shared and output.capabilities.takeover
    if takes_over or output.capabilities.transactional or values.get("on_stall") != "spill":
        return DrainedOutput(output, place)
    return Spool(output, SpoolLimits(values["stall_after"].total_seconds(), values["spill_size"]), place)


def outbox_environment(
    state: State, dead_letters: DeadLetters, warn: Callable[[str], None], tell: Callable[[str], None]
) -> SpoolEnvironment:
    """Return the surroundings of all outboxes in a state."""
    return SpoolEnvironment(
        state,
        state.outbox,
        state.output_marks,
        state.leases,
        dead_letters,
        now=lambda: datetime.now(UTC),
        clock=time.monotonic,
        warn=warn,
        tell=tell,
    )


def with_drain(outputs: Sequence[Output]) -> list[DrainedOutput]:
    """Return those outputs that drain their outbox."""
    return [cast("DrainedOutput", output) for output in outputs if output.capabilities.outbox]


def spools(outputs: Sequence[Output]) -> list[Spool]:
    """Return those outputs that are spools."""
    return [cast("Spool", output) for output in outputs if output.capabilities.spooled]


@asynccontextmanager
async def draining(
    outputs: Sequence[Output],
    state: State,
    log: structlog.stdlib.BoundLogger,
    others: Sequence[str] = (),
) -> AsyncIterator[None]:
    """Drain every outbox until the context ends; log first what waits for outputs that are no longer there.

    What waits from a time when its output had a spool is drained, too: new documents go by it then, so that it may come
    to the output behind newer ones.
    """
    outbox = state.outbox
    waiting = await state.run(outbox.outputs)
    backlogs = {name for name in waiting if await state.run(partial(outbox.backlog, output=name)) is not None}
    _warn_of_left(waiting, backlogs, {*others, *(output.name for output in outputs)}, log)
    for output in outputs:
        if output.name in backlogs and not output.capabilities.spooled:
            log.info(f"{output.name}: documents are left in its former spool; they are delivered along with new ones")
    async with meanwhile(output.drain.forever() for output in with_drain(outputs)):
        yield


async def try_once_more(outputs: Sequence[Output], stop: asyncio.Event, log: structlog.stdlib.BoundLogger) -> None:
    """Drain what can be drained now, before the process ends; log what then still waits."""
    for output in with_drain(outputs):
        if not stop.is_set() and not output.is_failing:
            await unless_stopped(stop, output.drain.once())
        count = (await output.waiting()).documents
        if count:
            place = "in the spool" if output.capabilities.spooled else "in its outbox"
            log.warning(f"{output.name}: documents still waiting {place}: {count}; the next collect or run continues")


def _warn_of_left(
    waiting: Collection[str], backlogs: Collection[str], known: Collection[str], log: structlog.stdlib.BoundLogger
) -> None:
    for name in waiting:
        if name not in known:
            place = "the spool" if name in backlogs else "the outbox of response actions"
            log.warning(
                f"{name}: documents are waiting in {place}, but the settings have no output of this name; add it to "
                "the settings again to have them delivered; until then they are kept"
            )
