"""How `s1ecs respond` ends when it is told to stop: what became of the action is said, and how to go on."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from s1ecs.commands.respond import shown
from s1ecs.commands.respond.asked import Asked
from s1ecs.errors import StateError
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.audit.state_journal import StateJournal, Told
from s1ecs.respond.result import Result
from s1ecs.settings import Settings
from s1ecs.state.database import Database

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Underway:
    """What whoever stops us has to know: the action's name; its id, "" as long as nothing was sent.

    `status` is the exit status once it ended; from then on only documents are delivered.
    """

    action: str
    id: str = ""
    status: int | None = None


def run(settings: Settings, work: Coroutine[Any, Any, int], underway: Underway, asked: Asked) -> int:
    """Do the work of a command until SIGINT or SIGTERM; its exit status."""

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

    return asyncio.run(until_stopped())


async def loaded(settings: Settings, action: str) -> Entry | None:
    """The row of an action, None where there is none; nothing is delivered by it. Raises StateError."""
    database = await Database.open(settings.state_dir)
    try:
        return await StateJournal(database, Told((), None, lambda: datetime.now(UTC))).load(action)
    finally:
        await database.close()


async def _stopped(settings: Settings, underway: Underway, asked: Asked) -> int:
    if underway.status is not None:
        sys.stderr.write("\nstopped; the documents of this action wait for the next command or `s1ecs run`\n")
        return underway.status
    try:
        result = stopped(underway, await loaded(settings, underway.id) if underway.id else None)
    except StateError:
        result = Result(underway.id, "", underway.action, "unknown", "stopped; it may have been sent")
    shown.print_stopped(result, json=asked.json)
    return 1


def stopped(underway: Underway, entry: Entry | None) -> Result:
    """What is known of an action when one stops to wait for it; `entry` is its row, without which nothing was sent."""
    if entry is None:
        return Result(underway.id, "", underway.action, "refused", "stopped; nothing was sent")
    status, reason = entry.status, entry.reason
    if status == "pending" and entry.follow.get("uncertain", True):
        status, reason = "unknown", "stopped; it may have been sent"
    elif status == "pending":
        reason = "stopped waiting; the action itself goes on"
    return Result(entry.id, entry.console, entry.action, status, reason, entry.targets, entry.details)
