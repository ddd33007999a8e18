"""`s1ecs settings`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import JsonArrayOption, settings_of
from s1ecs.errors import UsageError


@app.command()
def settings(
    context: typer.Context,
    *,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show defaults and descriptions, too.")] = False,
    yaml: Annotated[
        bool, typer.Option("--yaml", help="Print a settings file with every setting as a comment.")
    ] = False,
    json: JsonArrayOption = False,
) -> None:
    """List every setting with its value and origin. Secrets are masked.

    Settings that were changed come first.

    Example: s1ecs settings --verbose

    Example: s1ecs settings --yaml > s1ecs.yaml
    """
    from s1ecs.commands import settings as settings_command

    if sum((verbose, yaml, json)) > 1:
        raise UsageError("settings: --verbose, --yaml and --json are mutually exclusive")
    if yaml:
        settings_command.print_template()
    elif json:
        settings_command.print_for_programs(settings_of(context))
    else:
        settings_command.print_settings(settings_of(context), verbose=verbose)
