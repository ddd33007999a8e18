"""`s1ecs consoles`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.common_options import CommandLine, common_options
from s1ecs.cli.options import JsonArrayOption, console_settings_of, settings_of
from s1ecs.errors import UsageError

consoles = CommandLine(
    name="consoles",
    invoke_without_command=True,
    no_args_is_help=False,
    help="""List consoles, rename or accept one; add and change them where they are rows of a state in PostgreSQL.

    With the setting state: postgresql://... consoles may be kept in the state instead of the settings file, so that
    all workers collect them. See docs/scaling.md.

    Example: s1ecs consoles --rename europe emea

    Example: s1ecs consoles add europe --url europe.sentinelone.net --token-file /run/secrets/europe
    """,
)
app.add_typer(consoles)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the console.")]
_Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="Names of consoles.")]
_Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="Only consoles with this tag; repeatable. Default: all."),
]


@consoles.callback()
@common_options
def consoles_alone(
    context: typer.Context,
    *,
    accept: Annotated[
        str | None,
        typer.Option("--accept", metavar="NAME", help="Accept the console that now answers under this name."),
    ] = None,
    rename: Annotated[
        tuple[str, str] | None,
        typer.Option("--rename", metavar="OLD NEW", help="Move the state of console OLD to the name NEW."),
    ] = None,
    json: JsonArrayOption = False,
) -> None:
    """List consoles, or rename or accept one."""
    given = sum((accept is not None, rename is not None, json))
    if context.invoked_subcommand is not None:
        if given:
            raise UsageError(f"consoles: give options behind {context.invoked_subcommand}")
        return
    if given > 1:
        raise UsageError("consoles: --accept, --rename and --json are mutually exclusive")
    if accept is not None:
        from s1ecs.commands.consoles.identity import accept_console

        accept_console(console_settings_of(context, with_paused=True), accept)
    elif rename is not None:
        from s1ecs.commands.consoles.identity import rename_offline

        rename_offline(console_settings_of(context, with_paused=True), *rename)
    else:
        from s1ecs.commands.consoles.listing import list_consoles

        list_consoles(settings_of(context), [], json=json)


@consoles.command("list")
def list_(context: typer.Context, *, tags: _Tags = None, json: JsonArrayOption = False) -> None:
    """List consoles.

    Example: s1ecs consoles list --tag acme
    """
    from s1ecs.commands.consoles.listing import list_consoles

    list_consoles(settings_of(context), tags or [], json=json)


@consoles.command()
def tokens(context: typer.Context, *, json: JsonArrayOption = False) -> None:
    """List the expiry of all tokens, the soonest first.

    Example: s1ecs consoles tokens
    """
    from s1ecs.commands.consoles.token_expiry import list_tokens

    list_tokens(console_settings_of(context, with_paused=True), datetime.now(UTC), json=json)


@consoles.command()
def show(
    context: typer.Context,
    name: _Name,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Show what is set for a console.

    Example: s1ecs consoles show europe
    """
    from s1ecs.commands.consoles.listing import show_console

    show_console(settings_of(context), name, json=json)


@consoles.command()
def add(
    context: typer.Context,
    name: _Name,
    *,
    url: Annotated[str, typer.Option("--url", metavar="U", help="Address of the console.")],
    token_file: Annotated[
        str | None, typer.Option("--token-file", metavar="F", help="File with the API token, on every worker.")
    ] = None,
    token_env: Annotated[
        str | None, typer.Option("--token-env", metavar="V", help="Environment variable of the workers with the token.")
    ] = None,
    token_command: Annotated[
        str | None, typer.Option("--token-command", metavar="C", help="Program of the workers that prints the token.")
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Setting of this console; repeatable. Example: --set namespace=emea."
        ),
    ] = None,
    tags: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="Tag of the console, such as a customer; repeatable."),
    ] = None,
    paused: Annotated[bool, typer.Option("--paused", help="Do not collect it before `resume`.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a console of this name.")] = False,
) -> None:
    """Add a console to the state, or replace its settings.

    Only the place of the token is stored: a file, a variable or a program that every worker has.

    Example: s1ecs consoles add europe --url europe.sentinelone.net --token-file /run/secrets/europe --tag acme
    """
    from s1ecs.commands.consoles.change import add_console
    from s1ecs.commands.consoles.given import given_row

    values = {"url": url, "token_file": token_file, "token_env": token_env, "token_command": token_command}
    row = given_row(name, values, assignments or [], tags or [], paused=paused)
    add_console(settings_of(context), row, replace=replace)


@consoles.command()
def pause(context: typer.Context, names: _Names) -> None:
    """Stop collecting consoles until they are resumed.

    Example: s1ecs consoles pause europe
    """
    from s1ecs.commands.consoles.change import pause_consoles

    pause_consoles(settings_of(context), names, paused=True)


@consoles.command()
def resume(context: typer.Context, names: _Names) -> None:
    """Collect paused consoles again, from where they stopped.

    Example: s1ecs consoles resume europe
    """
    from s1ecs.commands.consoles.change import pause_consoles

    pause_consoles(settings_of(context), names, paused=False)


@consoles.command()
def remove(
    context: typer.Context,
    names: _Names,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without confirmation.")] = False,
) -> None:
    """Remove consoles; their checkpoints and documents stay.

    Example: s1ecs consoles remove europe
    """
    from s1ecs.commands.consoles.change import remove_consoles
    from s1ecs.commands.terminal.confirm import consent

    if not remove_consoles(settings_of(context), names, consent("consoles remove", yes=yes)):
        raise typer.Exit(1)


@consoles.command("import")
def import_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Settings file with a list consoles, or *.ndjson as from export.")
    ],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Replace consoles of the same names.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the file and show the changes only.")] = False,
) -> None:
    """Add all consoles of a file, or none if one is invalid.

    Example: s1ecs consoles import s1ecs.yaml --dry-run
    """
    from s1ecs.commands.consoles.transfer import import_consoles

    import_consoles(settings_of(context), file, replace=replace, dry_run=dry_run)


@consoles.command()
def export(context: typer.Context) -> None:
    """Print all consoles as JSON lines for `import`.

    Example: s1ecs consoles export > consoles.ndjson
    """
    from s1ecs.commands.consoles.transfer import export_consoles

    export_consoles(settings_of(context))
