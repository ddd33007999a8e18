"""`s1ecs consoles`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import JsonArrayOption, settings_of
from s1ecs.errors import UsageError


@app.command("consoles")
def consoles(
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
    """List consoles, rename or accept one.

    Example: s1ecs consoles --rename europe emea
    """
    from s1ecs.commands.consoles import list_consoles

    if sum((accept is not None, rename is not None, json)) > 1:
        raise UsageError("consoles: --accept, --rename and --json are mutually exclusive")
    settings = settings_of(context)
    if accept is None and rename is None:
        list_consoles(settings, json=json)
        return
    from s1ecs.commands.console_identity import accept_console, rename_offline

    if accept is not None:
        accept_console(settings, accept)
    elif rename is not None:
        rename_offline(settings, *rename)
