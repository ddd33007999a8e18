"""`s1ecs respond ACTION` on many targets: one plan, one confirmation, one result for each, one exit status."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from s1ecs.commands.extras import require_extras
from s1ecs.commands.respond import printing, printing_many
from s1ecs.commands.respond.interrupt import Underway, run
from s1ecs.commands.respond.invocation import MOST_BY_YES, Invocation, must_ask, refuse_what_is_no_text
from s1ecs.commands.respond.selection import in_console, listed
from s1ecs.commands.terminal.confirm import agreed, is_name, no_terminal, typed
from s1ecs.commands.terminal.spinner import waiting
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.errors import UsageError
from s1ecs.respond.actions.action import Action
from s1ecs.respond.batches.carry_out import Show, carry_out_many
from s1ecs.respond.batches.planning import ManyPlans, plan_many
from s1ecs.respond.plan.checked_arguments import check_arguments
from s1ecs.respond.run.follow import Following
from s1ecs.respond.run.refuse import typed as typed_target
from s1ecs.respond.run.refuse import why
from s1ecs.respond.run.result import Result, was_shown
from s1ecs.respond.session import ActionConsole, Surroundings, console_of
from s1ecs.settings import Settings


def act_on_many(settings: Settings, action: Action, asked: Invocation) -> int:
    """Do one action on each target; the exit status: 0 if all are done, or taken and not to be waited for, else 1.

    Raises UsageError (exit status 2) as `act` does, and where no target is given.
    """
    texts = [("target", asked.selection.typed), ("--comment", asked.comment), *asked.arguments.items()]
    refuse_what_is_no_text(texts)
    check_arguments(action, asked.arguments)
    console_of(settings, asked.console).require_action_token()
    given = listed(action, asked.selection, settings)
    _need_terminal(action, asked)
    if not asked.dry_run:
        require_extras(settings.outputs)
    underway = Underway(action.name)
    return run(settings, _act(settings, action, asked, given, underway), underway, asked)


async def _act(settings: Settings, action: Action, asked: Invocation, given: Sequence[str], underway: Underway) -> int:
    around = Surroundings(poll=asked.poll)
    async with ActionConsole(
        settings, console_of(settings, asked.console), tell=printing.say, around=around
    ) as console:
        with waiting(action.name) as tell:
            texts = [*given, *await in_console(console, asked.selection)]
            many = await plan_many(
                console,
                action,
                texts,
                asked.arguments,
                comment=asked.comment,
                force=asked.force,
                lasting=asked.lasting,
                tell=tell,
            )
        if asked.dry_run:
            _show_requests(many, console.name, asked)
            return int(bool(many.refused))
        if many.plans and not await _confirmed(many, console.name, asked):
            ERR.write("nothing was sent\n")
            return 1
        underway.batch = many.id
        with showing(console, asked, f"{action.name} {len(texts)}") as (show, following):
            results = await carry_out_many(console, many, following, show)
        return print_end(results, asked, underway)


def _need_terminal(action: Action, asked: Invocation) -> None:
    """Raise UsageError where a question would be asked and there is no terminal."""
    if must_ask(action, asked) and not (sys.stdin.isatty() and ERR.is_terminal):
        raise no_terminal(f"respond {action.name}", "--confirm NUMBER" if action.dangerous else "--yes")


async def _confirmed(many: ManyPlans, console: str, asked: Invocation) -> bool:
    """Show the plan and have it confirmed once, by the user or by what the command line says.

    Raises UsageError where `--confirm` is another number.
    """
    action, count = many.action, str(len(many.plans))
    asks = must_ask(action, asked)
    if asks or asked.verbose:
        printing_many.print_plans(many, console, requests=asked.verbose)
    question = printing_many.question_of(many)
    if action.dangerous and asked.confirmed is not None:
        if not is_name(asked.confirmed, count):
            raise UsageError(
                f"respond {action.name}: --confirm {asked.confirmed!r} is not the number of targets, {count}; "
                "nothing was sent"
            )
        return True
    if not asks:
        return True
    if action.dangerous or len(many.plans) > MOST_BY_YES:
        return await typed(question, count)
    return await agreed(question)


@contextmanager
def showing(console: ActionConsole, asked: Invocation, what: str) -> Iterator[tuple[Show, Following]]:
    """Print each result as it comes, with how many have ended beside a spinner."""
    ended: Counter[str] = Counter()
    with waiting(what) as tell:

        async def show(result: Result) -> None:
            print_one(result, asked)
            await was_shown(await console.journal(), result)
            ended[result.status] += 1
            tell(", ".join(f"{count} {status}" for status, count in ended.items()))

        yield show, Following(wait=asked.wait, patience=asked.timeout, into=asked.into, unpack=asked.unpack)


def print_one(result: Result, asked: Invocation) -> None:
    """Print the result of one of many actions."""
    if asked.json:
        printing.print_json(printing.result_object(result))
    else:
        printing_many.print_line(result, wait=asked.wait)
    OUT.flush()


def print_end(results: Sequence[Result], asked: Invocation, underway: Underway) -> int:
    """Print the summary; the exit status."""
    printing_many.print_summary(results, underway.batch)
    as_wanted = {"done"} if asked.wait else {"done", "pending"}
    underway.status = int(any(result.status not in as_wanted for result in results))
    return underway.status


def _show_requests(many: ManyPlans, console: str, asked: Invocation) -> None:
    if not asked.json:
        printing_many.print_plans(many, console, requests=False)
    for plan in many.plans:
        printing.print_requests(plan)
    for each in many.refused if asked.json else ():
        reason = why(many.action, each.error, console)
        target = typed_target(many.action, each.target)
        printing.print_json(printing.result_object(Result("", console, many.action.name, "refused", reason, (target,))))
