"""`s1ecs respond ACTION`: show what it will do, ask, do it, follow it."""

import asyncio
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

from s1ecs.commands.respond import shown
from s1ecs.commands.respond.asked import Asked
from s1ecs.commands.respond.question import agreed
from s1ecs.commands.respond.stopping import Underway, loaded, run
from s1ecs.commands.respond.waiting import waiting
from s1ecs.errors import ActionRefused, ConsoleError, UsageError
from s1ecs.respond.action import Action
from s1ecs.respond.audit.opening import open_audit
from s1ecs.respond.console import ActionConsole, Surroundings, console_of
from s1ecs.respond.engine import Following, carry_out, resume
from s1ecs.respond.plan import Plan, make_plan
from s1ecs.respond.refusal import refuse, typed, why
from s1ecs.respond.result import Result, told_again, was_shown
from s1ecs.settings import Settings

_SURROGATE = re.compile("[\ud800-\udfff]")


def act(settings: Settings, action: Action, asked: Asked) -> int:
    """Do one action; the exit status: 0 if it is done, or taken and not to be waited for, else 1.

    Raises UsageError (exit status 2) where it would have to ask and there is no terminal.
    """
    _refuse_what_is_no_text([("--comment", asked.comment), ("target", asked.target), *asked.arguments.items()])
    console_of(settings, asked.console).require_action_token()
    if not (asked.yes or asked.dry_run or (sys.stdin.isatty() and sys.stderr.isatty())):
        raise UsageError(f"respond {action.name}: no terminal to ask on; say --yes, or look with --dry-run")
    underway = Underway(action.name)
    return run(settings, _act(settings, action, asked, underway), underway, asked)


def go_on(settings: Settings, action: str, asked: Asked) -> int:
    """Go on with an action by its id; the exit status as that of `act`."""
    underway = Underway("status", action)
    return run(settings, _go_on(settings, action, asked, underway), underway, asked)


def list_history(settings: Settings, *, json: bool) -> None:
    """Print every action that was asked for, the newest first."""

    async def read() -> None:
        async with open_audit(settings, tell=_tell) as journal:
            entries = await journal.history()
        shown.print_history(entries, json=json)

    asyncio.run(read())


async def _act(settings: Settings, action: Action, asked: Asked, underway: Underway) -> int:
    around = Surroundings(poll=asked.poll)
    async with ActionConsole(settings, console_of(settings, asked.console), tell=_tell, around=around) as console:
        identity = around.new_id()
        try:
            plan = await make_plan(console, action, asked.target, asked.arguments, comment=asked.comment, id=identity)
        except (ActionRefused, ConsoleError) as error:
            if asked.dry_run:
                reason = why(action, error, console.name)
                result = Result("", console.name, action.name, "refused", reason, (typed(action, asked.target),))
            else:
                target, arguments, comment = asked.target, asked.arguments, asked.comment
                result = await refuse(
                    console, action, identity, error, target=target, arguments=arguments, comment=comment
                )
            return _end(result, asked, underway)
        if asked.dry_run:
            _show_requests(plan, asked)
            return 0
        if asked.yes and asked.verbose:
            shown.print_plan(plan, requests=True)
        if not asked.yes:
            shown.print_plan(plan, requests=asked.verbose)
            if not await agreed():
                sys.stderr.write("nothing was sent\n")
                return 1
        underway.id = plan.id
        with waiting(f"{action.name} {plan.targets[0].host or plan.targets[0].id}") as tell:
            result = await carry_out(console, plan, _following(asked, tell))
        # Before the documents are delivered, which takes seconds where an output is down.
        _end(result, asked, underway)
        await was_shown(await console.journal(), result)
    return _status(result, asked)


async def _go_on(settings: Settings, action: str, asked: Asked, underway: Underway) -> int:
    # Nothing is delivered while somebody waits: that comes when the result was printed.
    entry = await loaded(settings, action)
    if entry is None:
        raise UsageError(f"respond status: there is no action {action}; `s1ecs respond history` lists those there are")
    if entry.status not in {"pending", "unknown"}:
        result = told_again(entry)
        async with open_audit(settings, tell=_tell) as journal:
            _end(result, asked, underway)
            await was_shown(journal, result)
        return _status(result, asked)
    around = Surroundings(poll=asked.poll)
    async with ActionConsole(settings, settings.console(entry.console), tell=_tell, around=around) as console:
        with waiting(entry.action) as tell:
            result = await resume(console, entry, _following(asked, tell))
        _end(result, asked, underway)
        await was_shown(await console.journal(), result)
    return _status(result, asked)


def _following(asked: Asked, tell: Callable[[str], None]) -> Following:
    return Following(wait=asked.wait, patience=asked.timeout, into=asked.into, unpack=asked.unpack, tell=tell)


def _show_requests(plan: Plan, asked: Asked) -> None:
    if not asked.json:
        shown.print_plan(plan, requests=False)
    shown.print_requests(plan)


def _end(result: Result, asked: Asked, underway: Underway) -> int:
    """Print the result, all of it; the exit status."""
    if asked.json:
        shown.print_json(shown.result_object(result))
    else:
        shown.print_result(result, wait=asked.wait)
    sys.stdout.flush()
    underway.status = _status(result, asked)
    return underway.status


def _status(result: Result, asked: Asked) -> int:
    taken = result.status == "done" or (result.status == "pending" and not asked.wait)
    return 0 if taken else 1


def _refuse_what_is_no_text(values: Iterable[tuple[str, Any]]) -> None:
    """Raise UsageError for an argument whose bytes are no UTF-8: neither a request nor a row can hold it."""
    for name, value in values:
        for text in value if isinstance(value, list | tuple) else (value,):
            if isinstance(text, str) and not text.isascii() and _SURROGATE.search(text):
                raise UsageError(f"{name}: it has bytes that are no UTF-8; look at the terminal's encoding")


def _tell(text: str) -> None:
    sys.stderr.write(f"s1ecs: {text}\n")
