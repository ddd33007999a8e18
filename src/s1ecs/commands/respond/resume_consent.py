"""Consent to send the rest of a batch: as strict as at first, since somebody else may resume it days later."""

import sys
from collections.abc import Sequence

from s1ecs.commands.respond import printing
from s1ecs.commands.respond.invocation import MOST_BY_YES, Invocation, must_ask
from s1ecs.commands.terminal.confirm import agreed, is_name, typed
from s1ecs.commands.terminal.writer import ERR
from s1ecs.errors import UsageError
from s1ecs.escaping import one_line
from s1ecs.respond.actions.action import Action
from s1ecs.respond.audit.journal import Entry


def check_consent(action: Action, unsent: int, asked: Invocation) -> None:
    """Raise UsageError where what the command line says does not confirm the rest, and nobody can be asked."""
    if action.dangerous and asked.yes:
        raise UsageError(f"respond resume: --yes does not confirm {action.name}; pass --confirm {unsent}")
    if asked.confirmed is not None and not is_name(asked.confirmed, str(unsent)):
        raise UsageError(
            f"respond resume: --confirm {asked.confirmed!r} is not the number of unsent targets, {unsent}; "
            "nothing was sent"
        )
    if _asks(action, asked) and not (sys.stdin.isatty() and ERR.is_terminal):
        flag = f"--confirm {unsent}" if action.dangerous else "--yes"
        raise UsageError(f"respond resume: cannot ask for confirmation without a terminal; pass {flag}")


async def consented(action: Action, entries: Sequence[Entry], asked: Invocation) -> bool:
    """List the targets that nothing was sent for, and have them confirmed once."""
    if not _asks(action, asked):
        return True
    unsent = [entry for entry in entries if entry.status == "scheduled"]
    for entry in unsent:
        ERR.write(f"  {one_line(', '.join(printing.named(target) for target in entry.targets))}\n")
    question = f"Send {action.name} to {len(unsent)} of {len(entries)} targets"
    if action.dangerous or len(unsent) > MOST_BY_YES:
        return await typed(question, str(len(unsent)))
    return await agreed(question)


def _asks(action: Action, asked: Invocation) -> bool:
    return asked.confirmed is None and must_ask(action, asked)
