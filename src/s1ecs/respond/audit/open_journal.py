"""From settings to the journal of a process that acts, and its documents to the outputs when it has acted."""

import asyncio
import platform
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from s1ecs import __version__
from s1ecs.bootstrap.outputs import held_open, make_output
from s1ecs.bootstrap.registry import OutputEnvironment
from s1ecs.bootstrap.spools import outbox_environment
from s1ecs.bootstrap.state import dead_letters_of, open_state, refuse_store
from s1ecs.ecs.envelope import Collector
from s1ecs.errors import S1ecsError, StateError
from s1ecs.outputs.output import Output
from s1ecs.outputs.spool.drained import DrainedOutput
from s1ecs.respond.audit.state_journal import StateJournal, Told
from s1ecs.settings import Settings
from s1ecs.state.dead_letters import DeadLetters
from s1ecs.state.state import State
from s1ecs.tasks import side_by_side

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
        refuse_store(settings)
        state = await stack.enter_async_context(open_state(settings))
        collector = Collector(__version__, await state.collector_id(), platform.node())
        environment = OutputEnvironment(tell, tell, collector.id, state, settings.max_answer)
        outputs = [make_output(output, environment) for output in settings.outputs]
        try:
            yield StateJournal(state.journal, told_of(settings, collector, [output.name for output in outputs]))
        finally:
            try:
                async with asyncio.timeout(seconds):
                    await _deliver(state, dead_letters_of(settings), outputs, tell)
            except TimeoutError:
                tell(
                    "timed out delivering the documents of this action; the remaining ones are stored and "
                    "delivered later"
                )
            except StateError as error:
                tell(str(error))


def told_of(settings: Settings, collector: Collector, outputs: Sequence[str]) -> Told:
    """The content of documents of actions, by the settings, for the outputs of these names."""
    return Told(
        outputs=outputs,
        collector=collector,
        now=_now,
        namespaces={console.name: console.namespace for console in settings.consoles},
        redact={console.name: console.redact for console in settings.consoles},
    )


async def _deliver(
    state: State, dead_letters: DeadLetters, outputs: Sequence[Output], tell: Callable[[str], None]
) -> None:
    waiting = await state.run(state.outbox.outputs)
    wanted = [output for output in outputs if output.name in waiting and not output.capabilities.command_output]
    # No output waits for another.
    await side_by_side(_deliver_to(state, dead_letters, output, tell) for output in wanted)


async def _deliver_to(state: State, dead_letters: DeadLetters, output: Output, tell: Callable[[str], None]) -> None:
    """Open one output, drain its outbox, close it; tell what hindered that."""
    drained = DrainedOutput(output, outbox_environment(state, dead_letters, tell, lambda _: None))
    try:
        async with held_open(drained, state):
            await drained.drain.once()
    except S1ecsError as error:
        tell(str(error))
    except Exception as error:  # noqa: BLE001 - an output's fault is not the action's
        tell(f"{output.name}: cannot be opened: {error!r}")


def _now() -> datetime:
    return datetime.now(UTC)
