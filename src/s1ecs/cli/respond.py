"""`s1ecs respond`, with a command for each row of the table of actions."""

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from s1ecs.cli.app import app
from s1ecs.cli.common_options import CommandLine
from s1ecs.cli.options import console_settings_of, moment_of_option, one_of, settings_of
from s1ecs.cli.respond_options import (
    CONFIRM,
    FORCE,
    HOW,
    LASTING,
    MEANINGS,
    OF_FILES,
    OF_SCOPE,
    ConsoleOption,
    IntoOption,
    JsonHistory,
    JsonLines,
    JsonList,
    JsonResult,
    PollOption,
    RespondOption,
    TimeoutOption,
    UnpackOption,
    WaitOption,
    selecting,
)
from s1ecs.respond.actions.action import Action, Argument, Listing, On
from s1ecs.respond.actions.table import ACTIONS, LISTS_TO_READ
from s1ecs.respond.audit.journal import Status

_STATUSES: tuple[str, ...] = get_args(Status)

respond = CommandLine(
    name="respond",
    help="""Act on hosts, threats, alerts and lists. Every action is previewed, confirmed and logged.

    Example: s1ecs respond isolate WS-0018 --comment "case 17"
    """,
)
app.add_typer(respond)

_GROUPS = {
    "threat": "Act on a threat.",
    "alert": "Act on an alert of a STAR custom rule.",
    "unified-alert": "Act on a unified alert.",
    "blocklist": "Manage the blocklist.",
    "ioc": "Manage indicators of compromise.",
}


@respond.command(short_help="Resume an unfinished action and download its result.")
def status(
    context: typer.Context,
    action: Annotated[
        str, typer.Argument(metavar="ID", help="Id of the action or batch; `s1ecs respond history` lists them.")
    ],
    *,
    wait: WaitOption = True,
    timeout: TimeoutOption = None,
    json: JsonResult = False,
    into: IntoOption = Path(),
    unpack: UnpackOption = False,
    poll: PollOption = 2.0,
) -> None:
    """Resume an unfinished action and download its result.

    Example: s1ecs respond status 5d2a9c58-0f0e-4a8a-8a0e-6a5f1f8f6f0e
    """
    from s1ecs.commands.respond.invocation import Invocation, duration
    from s1ecs.commands.respond.resume import go_on

    asked = Invocation(wait=wait, timeout=duration(timeout), json=json, into=into, unpack=unpack, poll=poll)
    raise typer.Exit(go_on(console_settings_of(context, with_paused=True), action, asked))


@respond.command(short_help="Send what was not sent yet of a batch, and follow all of it.")
def resume(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="Id of the batch, as printed when it was stopped.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False,
    confirmed: Annotated[
        str | None,
        typer.Option(
            "--confirm", metavar="NUMBER", help="Number of unsent targets, instead of typing it at the prompt."
        ),
    ] = None,
    wait: WaitOption = True,
    timeout: TimeoutOption = None,
    json: JsonLines = False,
    into: IntoOption = Path(),
    unpack: UnpackOption = False,
    poll: PollOption = 2.0,
) -> None:
    """Send what was not sent yet of a batch, and follow all of it. No request is sent twice.

    Example: s1ecs respond resume 0c8f3f0e-5b0c-4a53-9d0a-3a1f6a3f8e21
    """
    from s1ecs.commands.respond.invocation import Invocation, duration
    from s1ecs.commands.respond.resume import resume_batch

    asked = Invocation(
        yes=yes,
        confirmed=confirmed,
        wait=wait,
        timeout=duration(timeout),
        json=json,
        into=into,
        unpack=unpack,
        poll=poll,
    )
    raise typer.Exit(resume_batch(console_settings_of(context, with_paused=True), batch, asked))


@respond.command(short_help="Cancel a scheduled action, or what was not sent yet of a batch.")
def cancel(
    context: typer.Context,
    action: Annotated[str, typer.Argument(metavar="ID", help="Id of the scheduled action, or of the batch.")],
    *,
    json: JsonLines = False,
) -> None:
    """Cancel a scheduled action, or what was not sent yet of a batch. What was sent cannot be cancelled.

    Of a batch that was sent as a whole, cancel the scheduled releases.

    Example: s1ecs respond cancel 5d2a9c58-0f0e-4a8a-8a0e-6a5f1f8f6f0e
    """
    from s1ecs.commands.respond.invocation import Invocation
    from s1ecs.commands.respond.resume import cancel as cancel_action

    raise typer.Exit(cancel_action(console_settings_of(context, with_paused=True), action, Invocation(json=json)))


@respond.command(short_help="List response actions, newest first.")
def history(
    context: typer.Context,
    *,
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="Only actions on this host: its name, or an id of the target.")
    ] = "",
    action: Annotated[
        str, typer.Option("--action", metavar="ACTION", help="Only this action, such as 'threat mitigate'.")
    ] = "",
    status: Annotated[
        str, typer.Option("--status", metavar="STATUS", help=f"Only this status: {', '.join(_STATUSES)}.")
    ] = "",
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="Only actions since then: 24h, or a time such as 2026-01-31."),
    ] = None,
    json: JsonHistory = False,
) -> None:
    """List response actions, newest first.

    Example: s1ecs respond history --host ws-042 --status failed --since 7d
    """
    from s1ecs.commands.respond.history import list_history
    from s1ecs.respond.audit.history_filter import HistoryFilter

    named, ended = one_of("--action", action, ACTIONS), one_of("--status", status, _STATUSES)
    list_history(settings_of(context), HistoryFilter(host, named, ended, _since(since)), json=json)


def _since(text: str | None) -> datetime | None:
    """The time that a duration before now, or a time, means; raise UsageError for another text."""
    return None if text is None else moment_of_option(text, "--since")


def _command_of(action: Action) -> Callable[..., None]:
    """The function that typer makes a command of, with the parameters of the row."""

    def command(context: typer.Context, **given: Any) -> None:
        from s1ecs.commands.respond.act import act
        from s1ecs.commands.respond.invocation import Invocation, duration, scope_of
        from s1ecs.commands.respond.many import act_on_many
        from s1ecs.commands.respond.selection import Selection

        names = [argument.name for argument in action.arguments]
        arguments = {name: given.pop(_python(name)) for name in names}
        given["timeout"] = duration(given["timeout"])
        if action.ended_by:
            given["lasting"] = duration(given["lasting"], "--for")
        settings = console_settings_of(context, with_paused=True)
        if action.on is On.SCOPE:
            scope = scope_of(**{name: given.pop(name) for name, _, _ in OF_SCOPE})
            raise typer.Exit(act(settings, action, Invocation(scope, arguments=arguments, **given)))
        typed = given.pop("target") or []
        chosen = {name: given.pop(name) for name, _, _ in selects}
        selection = Selection((typed,) if isinstance(typed, str) else tuple(typed), **chosen)
        if selection.single is not None:
            raise typer.Exit(act(settings, action, Invocation(selection.single, arguments=arguments, **given)))
        raise typer.Exit(act_on_many(settings, action, Invocation(selection=selection, arguments=arguments, **given)))

    selects = selecting(action)
    kind, needed = (list[str], False) if selects else (str, True)
    parameters = []
    if action.on is not On.SCOPE:
        parameters.append(_positional("target", action.on.value, kind, MEANINGS[action.on], needed=needed))
    parameters += _parameters(action.arguments)
    scope_options = OF_SCOPE if action.on is On.SCOPE else selects
    options = [*HOW, *scope_options, *(OF_FILES if action.brings_file else ())]
    if action.dangerous:
        options.append(("confirmed", CONFIRM, None))
    if action.ended_by:
        options.append(("lasting", LASTING, None))
    if action.forceable:
        options.append(("force", FORCE, False))
    return _shaped(command, parameters, options, f"{action.meaning}\n\nExample: {action.example}")


def _command_of_list(listing: Listing) -> Callable[..., None]:
    """The same of a list that is read."""

    def command(context: typer.Context, **given: Any) -> None:
        from s1ecs.commands.respond.invocation import scope_of
        from s1ecs.commands.respond.listing import show_list

        scope = scope_of(**{name: given.pop(name) for name, _, _ in OF_SCOPE}) if listing.of_scope else None
        arguments = {argument.name: given[_python(argument.name)] for argument in listing.arguments}
        wanted = {name: value for name, value in arguments.items() if value is not None}
        settings = console_settings_of(context, with_paused=True)
        show_list(settings, listing, scope=scope, arguments=wanted, console=given["console"], json=given["json"])

    options = [*(OF_SCOPE if listing.of_scope else ()), ("json", JsonList, False), ("console", ConsoleOption, None)]
    return _shaped(command, _parameters(listing.arguments), options, f"{listing.meaning}\n\nExample: {listing.example}")


def _shaped(
    command: Callable[..., None], parameters: list[inspect.Parameter], options: list[RespondOption], text: str
) -> Callable[..., None]:
    """Give a function the signature that the parser is made of."""
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    keywords = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, annotation, default in options
    ]
    every = [context, *parameters, *keywords]
    command.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in every}
    command.__doc__ = text
    return command


def _parameters(arguments: tuple[Argument, ...]) -> list[inspect.Parameter]:
    return [_parameter(argument) for argument in arguments]


def _parameter(argument: Argument) -> inspect.Parameter:
    kind: Any = list[str] if argument.many else str
    choices = f" One of {', '.join(argument.choices)}." if argument.choices else ""
    limit = f" Allowed: {argument.limit}." if argument.limit else ""
    told = f"{argument.meaning}{choices}{limit}"
    if not argument.flag:
        return _positional(_python(argument.name), argument.metavar, kind, told, needed=argument.needed)
    annotation = kind if argument.needed else kind | None
    option = typer.Option(argument.flag, metavar=argument.metavar, help=told)
    default: Any = inspect.Parameter.empty if argument.needed else None
    return _keyword(_python(argument.name), Annotated[annotation, option], default)


def _positional(name: str, metavar: str, kind: Any, told: str, *, needed: bool = True) -> inspect.Parameter:
    annotation: Any = kind if needed else kind | None
    described = Annotated[annotation, typer.Argument(metavar=metavar, help=told)]
    return _keyword(name, described, inspect.Parameter.empty if needed else None)


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _python(name: str) -> str:
    """A name that none of the options has."""
    return f"argument_{name}"


def _register(groups: Mapping[str, str]) -> None:
    made: dict[str, typer.Typer] = {}
    rows = [(each.name, each.meaning, _command_of(each)) for each in ACTIONS.values()]
    rows += [(each.name, each.meaning, _command_of_list(each)) for each in LISTS_TO_READ.values()]
    for name, meaning, command in rows:
        group, _, word = name.rpartition(" ")
        if group and group not in made:
            example = next(each.example for each in ACTIONS.values() if each.name.startswith(f"{group} "))
            made[group] = CommandLine(help=f"{groups[group]}\n\nExample: {example}")
            respond.add_typer(made[group], name=group)
        (made[group] if group else respond).command(word, short_help=meaning)(command)


_register(_GROUPS)
