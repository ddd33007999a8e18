"""Response actions: respond, with a command for each row of the table of actions."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from s1ecs.cli.app import app
from s1ecs.cli.arguments import settings_of
from s1ecs.errors import UsageError
from s1ecs.respond.action import Action, Argument, Listing, On
from s1ecs.respond.table import ACTIONS, LISTS_TO_READ

respond = typer.Typer(
    name="respond",
    help="Act on hosts, threats, alerts and lists; every action is shown, asked for and written down.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(respond)

_GROUPS = {
    "threat": "Act on a threat.",
    "alert": "Act on an alert of a STAR rule.",
    "unified-alert": "Act on a unified alert.",
    "blocklist": "The blocklist of a scope.",
    "ioc": "The indicators of compromise of a scope.",
}

_Json = Annotated[
    bool,
    typer.Option("--json", help="One JSON object: the result. With --dry-run an object a line: each request."),
]
_JsonResult = Annotated[bool, typer.Option("--json", help="One JSON object: the result.")]
_JsonHistory = Annotated[bool, typer.Option("--json", help="A JSON array with an object for each action.")]
_JsonList = Annotated[bool, typer.Option("--json", help="A JSON array of the records as the console has them.")]
_Console = Annotated[str | None, typer.Option("--console", metavar="NAME", help="Which console, if there are several.")]
_Poll = Annotated[float, typer.Option("--poll", hidden=True, min=0.01, help="Seconds between two looks.")]
_Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it to its end, or only print its id.")]
_Timeout = Annotated[str | None, typer.Option("--timeout", metavar="TIME", help="How long to follow it, such as 10m.")]
_Into = Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where its file goes.")]
_Unpack = Annotated[
    bool, typer.Option("--unpack", help="Unpack its file beside the zip; what is in it may be malware.")
]

# Name, annotation and default of what commands take beside the arguments of their row.
_Option = tuple[str, Any, Any]
_HOW: tuple[_Option, ...] = (
    ("comment", Annotated[str, typer.Option("--comment", help="Why; for the audit trail.")], ""),
    ("yes", Annotated[bool, typer.Option("--yes", help="Do it without asking.")], False),
    ("dry_run", Annotated[bool, typer.Option("--dry-run", help="Print the exact requests, send nothing.")], False),
    ("verbose", Annotated[bool, typer.Option("--verbose", help="Show the exact requests before asking.")], False),
    ("wait", _Wait, True),
    ("timeout", _Timeout, None),
    ("json", _Json, False),
    ("console", _Console, None),
    ("poll", _Poll, 2.0),
)
_OF_SCOPE: tuple[_Option, ...] = (
    ("site", Annotated[str | None, typer.Option("--site", metavar="ID", help="The list is this site's.")], None),
    (
        "account",
        Annotated[str | None, typer.Option("--account", metavar="ID", help="The list is this account's.")],
        None,
    ),
    ("group", Annotated[str | None, typer.Option("--group", metavar="ID", help="The list is this group's.")], None),
    ("tenant", Annotated[bool, typer.Option("--tenant", help="The list is the whole tenant's.")], False),
)
_OF_FILES: tuple[_Option, ...] = (("into", _Into, Path()), ("unpack", _Unpack, False))
_UNDERSTOOD = Annotated[bool, typer.Option("--i-understand", help="Needed: the host loses its protection by this.")]
_MEANINGS = {
    On.HOST: "An agent's id, uuid or exact computer name.",
    On.THREAT: "The threat's id.",
    On.ALERT: "The alert's id.",
    On.UNIFIED_ALERT: "The unified alert's id.",
}


@respond.command(short_help="Go on with an action that is not at its end, and fetch what it brings.")
def status(
    context: typer.Context,
    action: Annotated[str, typer.Argument(metavar="ID", help="The action's id.")],
    *,
    wait: _Wait = True,
    timeout: _Timeout = None,
    json: _JsonResult = False,
    into: _Into = Path(),
    unpack: _Unpack = False,
    poll: _Poll = 2.0,
) -> None:
    """Go on with an action that is not at its end, and fetch what it brings."""
    from s1ecs.commands.respond.act import go_on
    from s1ecs.commands.respond.asked import Asked, duration

    asked = Asked("", wait=wait, timeout=duration(timeout), json=json, into=into, unpack=unpack, poll=poll)
    raise typer.Exit(go_on(settings_of(context), action, asked))


@respond.command(short_help="List every action that was asked for, the newest first.")
def history(context: typer.Context, *, json: _JsonHistory = False) -> None:
    """List every action that was asked for, the newest first."""
    from s1ecs.commands.respond.act import list_history

    list_history(settings_of(context), json=json)


def _command_of(action: Action) -> Callable[..., None]:
    """The function that typer makes a command of, with the parameters of the row."""

    def command(context: typer.Context, **given: Any) -> None:
        from s1ecs.commands.respond.act import act
        from s1ecs.commands.respond.asked import Asked, duration, scope_of

        if action.dangerous and not given.pop("understood"):
            raise UsageError(f"respond {action.name}: {action.meaning} Say --i-understand if that is what you want")
        names = [argument.name for argument in action.arguments]
        arguments = {name: given.pop(_python(name)) for name in names}
        if action.on is On.SCOPE:
            target = scope_of(**{name: given.pop(name) for name, _, _ in _OF_SCOPE})
        else:
            target = given.pop("target")
        given["timeout"] = duration(given["timeout"])
        raise typer.Exit(act(settings_of(context), action, Asked(target, arguments, **given)))

    parameters = [] if action.on is On.SCOPE else [_positional("target", action.on.value, str, _MEANINGS[action.on])]
    parameters += _parameters(action.arguments)
    options = [*_HOW, *(_OF_SCOPE if action.on is On.SCOPE else ()), *(_OF_FILES if action.brings_file else ())]
    if action.dangerous:
        options.append(("understood", _UNDERSTOOD, False))
    return _shaped(command, parameters, options, action.meaning)


def _command_of_list(listing: Listing) -> Callable[..., None]:
    """The same of a list that is read."""

    def command(context: typer.Context, **given: Any) -> None:
        from s1ecs.commands.respond.asked import scope_of
        from s1ecs.commands.respond.listing import show_list

        scope = scope_of(**{name: given.pop(name) for name, _, _ in _OF_SCOPE}) if listing.of_scope else None
        arguments = {argument.name: given[_python(argument.name)] for argument in listing.arguments}
        wanted = {name: value for name, value in arguments.items() if value is not None}
        settings = settings_of(context)
        show_list(settings, listing, scope=scope, arguments=wanted, console=given["console"], json=given["json"])

    options = [*(_OF_SCOPE if listing.of_scope else ()), ("json", _JsonList, False), ("console", _Console, None)]
    return _shaped(command, _parameters(listing.arguments), options, listing.meaning)


def _shaped(
    command: Callable[..., None], parameters: list[inspect.Parameter], options: list[_Option], meaning: str
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
    command.__doc__ = meaning
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
            made[group] = typer.Typer(help=groups[group], no_args_is_help=True, rich_markup_mode=None)
            respond.add_typer(made[group], name=group)
        (made[group] if group else respond).command(word, short_help=meaning)(command)


_register(_GROUPS)
