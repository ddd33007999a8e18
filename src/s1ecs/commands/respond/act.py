"""`s1ecs respond ACTION`: preview, confirm, send and follow an action."""

import sys
from collections.abc import Callable

from s1ecs.commands.extras import require_extras
from s1ecs.commands.respond import printing, question
from s1ecs.commands.respond.interrupt import Underway, run
from s1ecs.commands.respond.invocation import Invocation, must_ask, refuse_what_is_no_text
from s1ecs.commands.terminal.confirm import agreed, is_name, no_terminal, typed
from s1ecs.commands.terminal.spinner import waiting
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.errors import ActionRefused, ConsoleError, UsageError
from s1ecs.respond.actions.action import Action
from s1ecs.respond.plan.checked_arguments import check_arguments
from s1ecs.respond.plan.plan import Plan, make_plan
from s1ecs.respond.run.engine import Following, carry_out
from s1ecs.respond.run.refuse import refuse, why
from s1ecs.respond.run.refuse import typed as typed_target
from s1ecs.respond.run.result import Result, was_shown
from s1ecs.respond.session import ActionConsole, Surroundings, console_of
from s1ecs.settings import Settings


def act(settings: Settings, action: Action, asked: Invocation) -> int:
    """Do one action; the exit status: 0 if it is done, or taken and not to be waited for, else 1.

    Raises UsageError (exit status 2) for a word that is none of the choices, and where it would have to ask and there
    is no terminal.
    """
    refuse_what_is_no_text([("--comment", asked.comment), ("target", asked.target), *asked.arguments.items()])
    check_arguments(action, asked.arguments)
    console_of(settings, asked.console).require_action_token()
    if must_ask(action, asked) and not (sys.stdin.isatty() and ERR.is_terminal):
        raise no_terminal(f"respond {action.name}", "--confirm HOSTNAME" if action.dangerous else "--yes")
    if not asked.dry_run:
        require_extras(settings.outputs)
    underway = Underway(action.name)
    return run(settings, _act(settings, action, asked, underway), underway, asked)


async def _act(settings: Settings, action: Action, asked: Invocation, underway: Underway) -> int:
    around = Surroundings(poll=asked.poll)
    async with ActionConsole(
        settings, console_of(settings, asked.console), tell=printing.say, around=around
    ) as console:
        identity = around.new_id()
        try:
            plan = await make_plan(
                console,
                action,
                asked.target,
                asked.arguments,
                comment=asked.comment,
                id=identity,
                force=asked.force,
                lasting=asked.lasting,
            )
        except (ActionRefused, ConsoleError) as error:
            if asked.dry_run:
                reason = why(action, error, console.name)
                result = Result("", console.name, action.name, "refused", reason, (typed_target(action, asked.target),))
            else:
                target, arguments, comment = asked.target, asked.arguments, asked.comment
                result = await refuse(
                    console, action, identity, error, target=target, arguments=arguments, comment=comment
                )
            return print_end(result, asked, underway)
        if asked.dry_run:
            _show_requests(plan, asked)
            return 0
        if not await _confirmed(plan, asked):
            ERR.write("nothing was sent\n")
            return 1
        underway.id = plan.id
        with waiting(f"{action.name} {plan.targets[0].host or plan.targets[0].id}") as tell:
            result = await carry_out(console, plan, following_of(asked, tell))
        # Before the documents are delivered, which takes seconds where an output is down.
        print_end(result, asked, underway)
        await was_shown(await console.journal(), result)
    return exit_status(result, asked)


async def _confirmed(plan: Plan, asked: Invocation) -> bool:
    """Show the plan and have it confirmed, by the user or by what the command line says.

    Raises UsageError where `--confirm` names another host.
    """
    asks = must_ask(plan.action, asked)
    if asks or asked.verbose:
        printing.print_plan(plan, requests=asked.verbose)
    name = question.name_of(plan)
    if not plan.action.dangerous:
        return not asks or await agreed(question.question_of(plan))
    if asked.confirmed is None:
        return await typed(question.question_of(plan), name)
    if not is_name(asked.confirmed, name):
        raise UsageError(
            f"respond {plan.action.name}: --confirm {asked.confirmed!r} is not the name of the host, {name}; "
            "nothing was sent"
        )
    return True


def following_of(asked: Invocation, tell: Callable[[str], None]) -> Following:
    """The options of following, by the command line."""
    return Following(wait=asked.wait, patience=asked.timeout, into=asked.into, unpack=asked.unpack, tell=tell)


def _show_requests(plan: Plan, asked: Invocation) -> None:
    if not asked.json:
        printing.print_plan(plan, requests=False)
    printing.print_requests(plan)


def print_end(result: Result, asked: Invocation, underway: Underway) -> int:
    """Print the result, all of it; the exit status."""
    if asked.json:
        printing.print_json(printing.result_object(result))
    else:
        printing.print_result(result, wait=asked.wait)
    OUT.flush()
    underway.status = exit_status(result, asked)
    return underway.status


def exit_status(result: Result, asked: Invocation) -> int:
    """0 for a result that is as wanted, else 1."""
    taken = result.status in {"done", "scheduled"} or (result.status == "pending" and not asked.wait)
    return 0 if taken else 1
