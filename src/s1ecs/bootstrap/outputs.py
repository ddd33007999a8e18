"""From settings to outputs, opened together, tended once a minute, closed together."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import structlog

from s1ecs.bootstrap.registry import REGISTRY, OutputEnvironment
from s1ecs.bootstrap.spools import draining
from s1ecs.errors import S1ecsError, UsageError
from s1ecs.outputs.output import Output
from s1ecs.settings import OutputSettings
from s1ecs.settings.output_types import output_name
from s1ecs.state.state import State
from s1ecs.tasks import meanwhile

_CHECK_SECONDS = 60.0


def make_output(settings: OutputSettings, environment: OutputEnvironment) -> Output:
    """Return the output of these settings, not opened yet; raise MissingExtra if what it needs is missing."""
    return REGISTRY[settings.type].make(settings, environment)


def name_of(settings: OutputSettings) -> str:
    """Return the name of the output of these settings, as in logs."""
    return output_name(settings.type, settings.values)


def output_named(outputs: Sequence[OutputSettings], wanted: str) -> OutputSettings:
    """Return the output of that name, or the only one of that type; raise UsageError, which lists the names."""
    named = [each for each in outputs if name_of(each) == wanted] or [each for each in outputs if each.type == wanted]
    if len(named) != 1:
        names = ", ".join(f"'{name_of(each)}'" for each in outputs)
        raise UsageError(f"--output: {'no' if not named else 'more than one'} output {wanted!r}; available: {names}")
    return named[0]


async def check_outputs(outputs: Sequence[Output]) -> None:
    """Find out whether every output would take documents; raise what the first that would not says."""
    for output in outputs:
        if not output.capabilities.transactional:
            await output.check()


@asynccontextmanager
async def held_open(output: Output, state: State, *, shared: bool = False) -> AsyncIterator[None]:
    """Hold one output open, from the mark that the last commit saved.

    Where feeds are `shared` with other processes, it may learn of each as it is taken over.
    """
    learns = shared and output.capabilities.takeover
    await output.open({} if learns else await state.run(partial(state.output_marks.load, output=output.name)))
    try:
        yield
    finally:
        await output.close()


@asynccontextmanager
async def open_outputs(
    outputs: Sequence[Output],
    state: State,
    log: structlog.stdlib.BoundLogger,
    others: Sequence[str] = (),
    *,
    shared: bool = False,
) -> AsyncIterator[None]:
    """Hold the outputs open, let each do once a minute what is due though no documents come, and drain the spools.

    `others` are the names of outputs that the settings have besides; feeds may be `shared` with other processes.
    """
    async with AsyncExitStack() as stack:
        for output in outputs:
            await stack.enter_async_context(held_open(output, state, shared=shared))
        await stack.enter_async_context(draining(outputs, state, log, others))
        await stack.enter_async_context(meanwhile([_tend(outputs, log)]))
        yield


async def _tend(outputs: Sequence[Output], log: structlog.stdlib.BoundLogger) -> None:
    while True:
        await asyncio.sleep(_CHECK_SECONDS)
        for output in outputs:
            try:
                await output.check()
            except S1ecsError as error:
                log.warning(str(error))
            except Exception as error:  # noqa: BLE001 - one fault must not end what other outputs need
                log.warning(f"{output.name}: the check once a minute failed: {error!r}; it is retried")
