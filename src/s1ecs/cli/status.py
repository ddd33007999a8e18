"""`s1ecs status`."""

from datetime import UTC, datetime

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import JsonArrayOption, console_settings_of


@app.command()
def status(context: typer.Context, *, json: JsonArrayOption = False) -> None:
    """Report the health of the collection.

    For monitoring systems: exit status 0 ok, 1 warning, 2 critical. No console is contacted.

    Example: s1ecs status --json
    """
    from s1ecs.commands.status import status as status_command

    raise typer.Exit(status_command(console_settings_of(context), datetime.now(UTC), json=json))
