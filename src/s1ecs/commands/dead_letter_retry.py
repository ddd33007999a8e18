"""`s1ecs dead-letters --retry`: refused documents, delivered again."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from s1ecs.bootstrap.outputs import make_output
from s1ecs.bootstrap.registry import REGISTRY, OutputEnvironment
from s1ecs.bootstrap.state import dead_letters_of, require_state
from s1ecs.collect.upkeep.dead_letter_replay import Retried, retry
from s1ecs.commands.signals import start_log
from s1ecs.commands.terminal.spinner import waiting
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.errors import OutputError
from s1ecs.settings import Settings
from s1ecs.timestamps import time_text

if TYPE_CHECKING:
    from s1ecs.outputs.output import Output


def retry_dead_letters(settings: Settings, names: Sequence[str]) -> int:
    """Deliver dead letters again and say what became of them; 1 if any is left, else 0."""
    if not dead_letters_of(settings).streams():
        require_state(settings)
    with waiting("Delivering refused documents again"):
        results = asyncio.run(_retry(settings, names))
    for result in results:
        OUT.write(f"{result.stream}: {_told(result)}\n")
        for error in (*result.errors.values(), *filter(None, [result.damage])):
            ERR.line(f"s1ecs: {error}")
    if not results:
        OUT.write("no dead letters\n")
    return int(any(result.refused or result.left or result.damage for result in results))


async def _retry(settings: Settings, names: Sequence[str]) -> list[Retried]:
    dead_letters = dead_letters_of(settings)
    streams = [name for name in dead_letters.streams() if not names or name in names]
    if not streams:
        return []
    log = start_log(settings)
    outputs: dict[str, Output] = {}
    async with AsyncExitStack() as stack:
        environment = OutputEnvironment(log.warning, log.warning, max_answer=settings.max_answer)
        for given in settings.outputs:
            if not REGISTRY[given.type].capabilities.refuses:
                continue
            output = make_output(given, environment)
            try:
                await output.open({})
            except OutputError as error:
                log.error(str(error))  # noqa: TRY400 - the text is all there is to say
                continue
            stack.push_async_callback(output.close)
            outputs[output.name] = output
        return await retry(dead_letters, outputs, streams, time_text(datetime.now(UTC)))


def _told(result: Retried) -> str:
    if result.damage:
        return "unchanged"
    counts = {"delivered": result.taken, "refused again": result.refused, "unchanged": result.left}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "delivered")
