"""`s1ecs respond status`, `resume`, `cancel`: going on with actions of this or another process."""

import asyncio
from collections.abc import Sequence

from s1ecs.bootstrap.state import require_state
from s1ecs.commands.extras import require_extras
from s1ecs.commands.respond import printing
from s1ecs.commands.respond.act import exit_status, following_of
from s1ecs.commands.respond.act import print_end as print_result
from s1ecs.commands.respond.interrupt import Underway, run
from s1ecs.commands.respond.invocation import Invocation
from s1ecs.commands.respond.many import print_end, print_one, showing
from s1ecs.commands.respond.resume_consent import check_consent, consented
from s1ecs.commands.respond.rows import batch_of, cancellable_of
from s1ecs.commands.terminal.spinner import waiting
from s1ecs.commands.terminal.writer import ERR
from s1ecs.errors import UsageError
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import OPEN, Entry
from s1ecs.respond.audit.open_journal import open_audit
from s1ecs.respond.batches.call_off_all import call_off_all
from s1ecs.respond.batches.carry_out import resume_many
from s1ecs.respond.run.engine import resume
from s1ecs.respond.run.result import Result, told_again, was_shown
from s1ecs.respond.session import ActionConsole, Surroundings
from s1ecs.settings import Settings


def go_on(settings: Settings, action: str, asked: Invocation) -> int:
    """Go on with an action by its id, or with all of a batch; the exit status as that of `act`."""
    entries = _entries_of(settings, action)
    if entries[0].id != action:
        return _go_on_with_batch(settings, entries, asked, action, send=False)
    underway = Underway("status", action)
    return run(settings, _go_on(settings, entries[0], asked, underway), underway, asked)


def resume_batch(settings: Settings, batch: str, asked: Invocation) -> int:
    """Send what was not sent yet of a batch, and follow all of it; the exit status as that of an action on many."""
    entries = _entries_of(settings, batch)
    if entries[0].id == batch:
        raise UsageError(
            f"respond resume: {batch} is an action, not a batch; `s1ecs respond status {batch}` follows it"
        )
    return _go_on_with_batch(settings, entries, asked, batch, send=True)


def _go_on_with_batch(
    settings: Settings, entries: Sequence[Entry], asked: Invocation, batch: str, *, send: bool
) -> int:
    """Go on with the actions of a batch; with `send` those that were not sent yet are sent, after a question."""
    action = ACTIONS[entries[0].action]
    if send and (unsent := sum(entry.status == "scheduled" for entry in entries)):
        check_consent(action, unsent, asked)
        require_extras(settings.outputs)
    underway = Underway(action.name, batch=batch)
    return run(settings, _go_on_with(settings, entries, asked, underway, send=send), underway, asked)


def cancel(settings: Settings, identity: str, asked: Invocation) -> int:
    """Cancel a scheduled action by its id, or of a batch what was not sent, else the ends of what was sent.

    Raises UsageError where nothing is scheduled.
    """
    _entries_of(settings, identity)
    scheduled = asyncio.run(cancellable_of(settings, identity))
    if not scheduled:
        raise UsageError("respond cancel: nothing is scheduled under this id: it was sent or has ended")
    underway = Underway("cancel")
    return run(settings, _cancel(settings, scheduled, asked, underway), underway, asked)


def _entries_of(settings: Settings, identity: str) -> Sequence[Entry]:
    """The actions of a batch, or the one action, of this id; raise UsageError where there are none."""
    require_state(settings)
    found = asyncio.run(batch_of(settings, identity))
    if not found:
        raise UsageError(f"no action or batch has the id {identity}; `s1ecs respond history` lists all actions")
    return found


async def _go_on(settings: Settings, entry: Entry, asked: Invocation, underway: Underway) -> int:
    # Nothing is delivered while somebody waits: that comes when the result was printed.
    if entry.status not in OPEN:
        result = told_again(entry)
        async with open_audit(settings, tell=printing.say) as journal:
            print_result(result, asked, underway)
            await was_shown(journal, result)
        return exit_status(result, asked)
    around = Surroundings(poll=asked.poll)
    async with ActionConsole(settings, settings.console(entry.console), tell=printing.say, around=around) as console:
        with waiting(entry.action) as tell:
            result = await resume(console, entry, following_of(asked, tell))
        print_result(result, asked, underway)
        await was_shown(await console.journal(), result)
    return exit_status(result, asked)


async def _go_on_with(
    settings: Settings, entries: Sequence[Entry], asked: Invocation, underway: Underway, *, send: bool
) -> int:
    around, first = Surroundings(poll=asked.poll), entries[0]
    unsent = any(entry.status == "scheduled" for entry in entries)
    if send and unsent and not await consented(ACTIONS[first.action], entries, asked):
        ERR.write("nothing was sent\n")
        return 1
    async with ActionConsole(settings, settings.console(first.console), tell=printing.say, around=around) as console:
        with showing(console, asked, f"{first.action} {len(entries)}") as (show, following):
            results = await resume_many(console, entries, following, show, send=send)
        return print_end(results, asked, underway)


async def _cancel(settings: Settings, scheduled: Sequence[Entry], asked: Invocation, underway: Underway) -> int:
    around = Surroundings()

    async def show(result: Result) -> None:
        print_one(result, asked)

    async with ActionConsole(
        settings, settings.console(scheduled[0].console), tell=printing.say, around=around
    ) as console:
        why = f"cancelled by {around.user}@{around.machine}; nothing was sent"
        all_cancelled = await call_off_all(console, scheduled, why, show, printing.say)
    underway.status = int(not all_cancelled)
    return underway.status
