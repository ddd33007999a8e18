"""Cancelling all that is scheduled of a batch, one by one."""

from collections.abc import Callable, Sequence

from s1ecs.errors import ActionTaken
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.batches.carry_out import Show
from s1ecs.respond.run.ending import call_off
from s1ecs.respond.session import ActionConsole


async def call_off_all(
    console: ActionConsole, entries: Sequence[Entry], why: str, show: Show, tell: Callable[[str], None]
) -> bool:
    """Cancel each scheduled action and show it; True if all are cancelled.

    One that another process started or cancelled meanwhile is told, and hinders no other. Raises StateError.
    """
    taken = []
    for entry in entries:
        try:
            result = await call_off(console, entry, why)
        except ActionTaken as error:
            taken.append(entry.id)
            tell(str(error))
        else:
            await show(result)
    return not taken
