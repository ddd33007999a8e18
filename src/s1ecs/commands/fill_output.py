"""`s1ecs backfill --output NAME --from-store`: give an output what the local store holds and it lacks."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

import structlog

from s1ecs.bootstrap.outputs import held_open, make_output, output_named
from s1ecs.bootstrap.registry import OutputEnvironment
from s1ecs.bootstrap.spools import try_once_more, with_outbox
from s1ecs.bootstrap.state import dead_letters_of, open_state
from s1ecs.bootstrap.store_folder import store_folder
from s1ecs.collect.backfill.from_store import Filled, Filling, ReportFilling, drained
from s1ecs.commands.extras import require_extras
from s1ecs.commands.signals import start_log, until_signal
from s1ecs.commands.terminal.progress import bars
from s1ecs.errors import UsageError
from s1ecs.settings import OutputSettings, Settings
from s1ecs.state.sqlite.database import FILE_NAME, is_there


def fill_output(settings: Settings, names: Sequence[str], output: str, *, again: bool) -> int:
    """Fill the output; 0 if it has all of the store then, 1 if not."""
    chosen = output_named(settings.outputs, output)
    if chosen.type == "store":
        raise UsageError("backfill: --from-store cannot fill the store itself; pass another output, or --from and --to")
    path = store_folder(settings, "backfill --from-store") / FILE_NAME
    if not is_there(path):
        raise UsageError(f"backfill: {path} does not exist; check the setting state_dir")
    require_extras((chosen,), reading=True)
    log = start_log(settings)
    with bars(settings.log_level, counted=True) as shown:

        def tell(read: int, total: int, new: int) -> None:
            shown.show(output, read, total, f"{output} ({new} new)")

        filled, whole = asyncio.run(_fill(settings, names, chosen, tell, log, again=again))
    return int(not (whole and filled.whole))


async def _fill(
    settings: Settings,
    names: Sequence[str],
    chosen: OutputSettings,
    tell: ReportFilling,
    log: structlog.stdlib.BoundLogger,
    *,
    again: bool,
) -> tuple[Filled, bool]:
    stop = asyncio.Event()
    found: list[Filled] = []

    async def work() -> None:
        async with AsyncExitStack() as stack:
            state = await stack.enter_async_context(open_state(settings))
            letters = dead_letters_of(settings)
            environment = OutputEnvironment(log.warning, log.info, await state.collector_id(), state)
            output = with_outbox(make_output(chosen, environment), chosen, state, letters, log)
            await stack.enter_async_context(held_open(output, state))
            filling = Filling(state, output, names, letters)
            async with drained(output):
                filled = await filling.fill(stop, tell, again=again)
            found.append(filled)
            _say(log, output.name, filled)
            await try_once_more([output], stop, log)

    whole = await until_signal(work(), stop, log)
    return found[0] if found else Filled(), whole


def _say(log: structlog.stdlib.BoundLogger, name: str, filled: Filled) -> None:
    held = filled.read - filled.new
    told = f"{filled.read} documents read from the store, {filled.new} new, {held} already present"
    if filled.refused:
        told += f", {filled.refused} refused (see s1ecs dead-letters)"
    if filled.error is not None:
        log.error(f"{name}: {filled.error}")
    if filled.whole:
        log.info(f"{name}: filled from the store: {told}")
    else:
        log.warning(f"{name}: not filled completely: {told}; run the same command again to resume")
