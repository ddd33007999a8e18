"""`s1ecs dead-letters`: what outputs refused and why; delivered again with --retry."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

from s1ecs.collect.outputs import make_output
from s1ecs.collect.retry import Retried, retry
from s1ecs.commands.process import start_log
from s1ecs.commands.tables import print_json, print_table
from s1ecs.errors import OutputError, StateError
from s1ecs.outputs.dead_letters import DeadLetters
from s1ecs.outputs.output import JoinsCommit, Output
from s1ecs.settings import Settings
from s1ecs.times import time_text

_COLUMNS = ("time", "console", "stream", "output", "id", "reason")
_ALL_COLUMNS = ("time", "stream", "output", "console", "id", "reason", "document")


def list_dead_letters(settings: Settings, names: Sequence[str], *, json: bool) -> None:
    """Print the dead letters of the streams `names`, of all if empty; as JSON with their documents.

    Raise StateError after the others are printed where a stream's letters can't be read.
    """
    dead_letters = DeadLetters(settings.state_dir)
    columns = _ALL_COLUMNS if json else _COLUMNS
    streams = list(names) or dead_letters.streams()
    errors: list[str] = []

    def rows() -> Iterator[list[Any]]:
        for name in streams:
            try:
                found = dead_letters.read(name)
            except StateError as error:
                errors.append(str(error))
            else:
                yield from ([getattr(letter, column) for column in columns] for letter in found)

    if json:
        print_json(columns, rows())
    else:
        lines = list(rows())
        if lines:
            print_table(columns, lines)
        elif not errors:
            sys.stdout.write("no dead letters\n")
    if errors:
        sys.stdout.flush()
        raise StateError("\n".join(errors))


def retry_dead_letters(settings: Settings, names: Sequence[str]) -> int:
    """Deliver dead letters again and say what became of them; 1 if any is left, else 0."""
    results = asyncio.run(_retry(settings, names))
    for result in results:
        sys.stdout.write(f"{result.stream}: {_told(result)}\n")
        for error in (*result.errors.values(), *filter(None, [result.damage])):
            sys.stderr.write(f"s1ecs: {error}\n")
    if not results:
        sys.stdout.write("no dead letters\n")
    return int(any(result.refused or result.left or result.damage for result in results))


async def _retry(settings: Settings, names: Sequence[str]) -> list[Retried]:
    dead_letters = DeadLetters(settings.state_dir)
    streams = [name for name in dead_letters.streams() if not names or name in names]
    if not streams:
        return []
    log = start_log(settings)
    outputs: dict[str, Output] = {}
    async with AsyncExitStack() as stack:
        for given in settings.outputs:
            # What is written in the checkpoint's transaction refuses nothing.
            output = make_output(given, "", log.warning)
            if isinstance(output, JoinsCommit):
                continue
            try:
                await output.open()
            except OutputError as error:
                log.error(str(error))  # noqa: TRY400 - the text is all there is to say
                continue
            stack.push_async_callback(output.close)
            outputs[output.name] = output
        return await retry(dead_letters, outputs, streams, time_text(datetime.now(UTC)))


def _told(result: Retried) -> str:
    if result.damage:
        return "left as they were"
    counts = {"taken": result.taken, "refused again": result.refused, "left as they were": result.left}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "taken")
