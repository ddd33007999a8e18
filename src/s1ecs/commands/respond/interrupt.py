"""Interrupted `s1ecs respond`: the state of the action is reported, and how to resume it."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from s1ecs.commands.respond import printing, printing_many
from s1ecs.commands.respond.invocation import Invocation
from s1ecs.commands.respond.rows import batch_of, loaded
from s1ecs.commands.terminal.writer import ERR
from s1ecs.errors import StateError, UsageError
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.run.followed import read_followed
from s1ecs.respond.run.result import Result
from s1ecs.settings import Settings

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Underway:
    """Action in progress: its name, and its id, "" as long as nothing was sent.

    `batch` is the id of many actions, "" as long as nothing was written down. `status` is the exit status once it
    ended; from then on only documents are delivered.
    """

    action: str
    id: str = ""
    batch: str = ""
    status: int | None = None


def run(settings: Settings, work: Coroutine[Any, Any, int], underway: Underway, asked: Invocation) -> int:
    """Do the work of a command until SIGINT or SIGTERM; its exit status.

    An error in a batch is raised behind how far the batch is.
    """

    async def until_stopped() -> int:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        for number in _SIGNALS:
            loop.add_signal_handler(number, task.cancel)
        try:
            return await work
        except asyncio.CancelledError:
            # A second one ends the command at once.
            for number in _SIGNALS:
                loop.remove_signal_handler(number)
            return await _stopped(settings, underway, asked)
        except UsageError:
            raise
        except Exception:
            if underway.batch and underway.status is None:
                with suppress(StateError, OSError):
                    printing_many.print_stopped(await batch_of(settings, underway.batch), underway.batch)
            raise

    return asyncio.run(until_stopped())


async def _stopped(settings: Settings, underway: Underway, asked: Invocation) -> int:
    if underway.status is not None:
        ERR.write("\nstopped; the audit documents of this action are delivered by the next command or `s1ecs run`\n")
        return underway.status
    if underway.batch:
        printing_many.print_stopped(await batch_of(settings, underway.batch), underway.batch)
        return 1
    try:
        result = stopped(underway, await loaded(settings, underway.id) if underway.id else None)
    except StateError:
        result = Result(underway.id, "", underway.action, "unknown", "stopped; it may have been sent")
    printing.print_stopped(result, json=asked.json)
    return 1


def stopped(underway: Underway, entry: Entry | None) -> Result:
    """State of an action at an interruption; `entry` is its row, without which nothing was sent."""
    if entry is None:
        return Result(underway.id, "", underway.action, "refused", "stopped; nothing was sent")
    status, reason = entry.status, entry.reason
    if status == "pending" and read_followed(entry).follow.uncertain:
        status, reason = "unknown", "stopped; it may have been sent"
    elif status == "pending":
        reason = "stopped waiting; the action itself continues"
    return Result(entry.id, entry.console, entry.action, status, reason, entry.targets, entry.details)
