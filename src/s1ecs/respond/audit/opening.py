"""From settings to the journal of a process that acts, and its documents to the outputs when it has acted."""

import asyncio
import platform
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from s1ecs import __version__
from s1ecs.collect.outputs import held_open, make_output
from s1ecs.collect.session import views
from s1ecs.ecs.envelope import Collector
from s1ecs.errors import S1ecsError, StateError
from s1ecs.outputs.output import JoinsCommit, Output
from s1ecs.outputs.standard_output import StandardOutput
from s1ecs.outputs.store import make_views
from s1ecs.respond.audit.delivery import Deliverer
from s1ecs.respond.audit.state_journal import StateJournal, Told
from s1ecs.settings import Settings
from s1ecs.state.about import collector_id
from s1ecs.state.database import Database

# What takes longer than this waits for `s1ecs run` or the next command.
DELIVERY_SECONDS = 5.0


@asynccontextmanager
async def open_audit(
    settings: Settings, *, tell: Callable[[str], None] = lambda _: None, seconds: float = DELIVERY_SECONDS
) -> AsyncIterator[StateJournal]:
    """Give the journal in the state folder of the settings; raise StateError where it can't be used.

    At the end the documents go to the outputs, for so many seconds at most; `tell` is told of outputs that did not take
    them, for which they wait. Standard output is the command's own: its documents always wait.
    """
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.state_dir)
        stack.push_async_callback(database.close)
        collector = Collector(__version__, await collector_id(database), platform.node())
        outputs = [make_output(output, collector.id, tell) for output in settings.outputs]
        told = Told(
            outputs=[output.name for output in outputs],
            collector=collector,
            now=_now,
            namespaces={console.name: console.namespace for console in settings.consoles},
            redact={console.name: console.redact for console in settings.consoles},
        )
        try:
            yield StateJournal(database, told)
        finally:
            deliverer = Deliverer(database.run, settings.state_dir, _now)
            try:
                async with asyncio.timeout(seconds):
                    await _deliver(deliverer, database, outputs, tell)
            except TimeoutError:
                tell("not every output took the documents of this action in time; they wait for it")
            except StateError as error:
                tell(str(error))


async def _deliver(
    deliverer: Deliverer,
    database: Database,
    outputs: list[Output | JoinsCommit],
    tell: Callable[[str], None],
) -> None:
    waited_for = await deliverer.waited_for()
    wanted = [output for output in outputs if output.name in waited_for and not isinstance(output, StandardOutput)]
    if any(output.name == "store" for output in wanted):
        await database.run(partial(make_views, views=views()))
    for trouble in await asyncio.gather(*(_deliver_to(deliverer, database, output) for output in wanted)):
        if trouble:
            tell(trouble)


async def _deliver_to(deliverer: Deliverer, database: Database, output: Output | JoinsCommit) -> str:
    """Open one output, deliver, close it; what hindered that."""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(held_open(output, database))
        except S1ecsError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - an output's fault is not the action's
            return f"{output.name}: can't be opened: {error!r}"
        return (await deliverer.once([output])).get(output.name, "")


def _now() -> datetime:
    return datetime.now(UTC)
