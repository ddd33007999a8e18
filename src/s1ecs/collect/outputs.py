"""From settings to outputs, opened together, tended once a minute, closed together."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from random import Random

import structlog

from s1ecs.collect.search_outputs import is_search, search_settings
from s1ecs.collect.spools import draining
from s1ecs.errors import S1ecsError
from s1ecs.outputs.files import Files
from s1ecs.outputs.lines import packer
from s1ecs.outputs.output import JoinsCommit, Output
from s1ecs.outputs.search.connect import connect
from s1ecs.outputs.search.output import SearchOutput, Surroundings
from s1ecs.outputs.standard_output import StandardOutput
from s1ecs.outputs.store import Store
from s1ecs.outputs.written_files import Rules
from s1ecs.settings import Output as OutputSettings
from s1ecs.state.database import Database

_CHECK_SECONDS = 60.0


def make_output(
    settings: OutputSettings, state: str, warn: Callable[[str], None], tell: Callable[[str], None] | None = None
) -> Output | JoinsCommit:
    """The output of these settings, not opened yet; `state` is the id of the state that it belongs to.

    `warn` and `tell` (without one: `warn`) put a line into the log. Raise SettingsError where its client is missing.
    """
    if settings.type == "store":
        return Store()
    if is_search(settings):
        return _search_output(settings, warn, tell or warn)
    values = settings.values
    pack = packer(values["compression"])
    if values["path"] is None:
        return StandardOutput(sys.stdout.fileno(), pack, whole=values["compression"] != "none")
    suffix = ".ndjson.zst" if values["compression"] == "zstd" else ".ndjson"
    rules = Rules(values["max_size"], values["max_age"], suffix)
    return Files(values["path"], state, rules, pack=pack, now=lambda: datetime.now(UTC), warn=warn)


def _search_output(settings: OutputSettings, warn: Callable[[str], None], tell: Callable[[str], None]) -> Output:
    around = Surroundings(
        now=lambda: datetime.now(UTC),
        clock=time.monotonic,
        rng=Random(),  # noqa: S311 - chance for waiting, no secret
        warn=warn,
        tell=tell,
    )
    return SearchOutput(connect(search_settings(settings)), around, latest=settings.values["latest"])


async def check_outputs(outputs: Sequence[Output | JoinsCommit]) -> None:
    """Find out whether every output would take documents; raise what the first that would not says."""
    for output in outputs:
        if not isinstance(output, JoinsCommit):
            await output.check()


@asynccontextmanager
async def held_open(output: Output | JoinsCommit, database: Database) -> AsyncIterator[None]:
    """Hold one output open; what joins the commits of the state database, on that database's thread."""
    if isinstance(output, JoinsCommit):
        await database.run(output.open)
    else:
        await output.open()
    try:
        yield
    finally:
        if isinstance(output, JoinsCommit):
            await database.run(output.close)
        else:
            await output.close()


@asynccontextmanager
async def open_outputs(
    outputs: Sequence[Output | JoinsCommit], database: Database, log: structlog.stdlib.BoundLogger
) -> AsyncIterator[None]:
    """Hold the outputs open, let each do once a minute what is due though no documents come, and drain the spools."""
    async with AsyncExitStack() as stack:
        for output in outputs:
            await stack.enter_async_context(held_open(output, database))
        await stack.enter_async_context(draining(outputs, database, log))
        tending = asyncio.create_task(_tend(outputs, database, log))
        try:
            yield
        finally:
            tending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await tending


async def _tend(outputs: Sequence[Output | JoinsCommit], database: Database, log: structlog.stdlib.BoundLogger) -> None:
    while True:
        await asyncio.sleep(_CHECK_SECONDS)
        for output in outputs:
            try:
                if isinstance(output, JoinsCommit):
                    await database.run(output.check)
                else:
                    await output.check()
            except S1ecsError as error:
                log.warning(str(error))
            except Exception as error:  # noqa: BLE001 - one fault must not end what other outputs need
                log.warning(f"{output.name}: what is due once a minute failed: {error!r}; it is tried again")
