"""`s1ecs streams`."""

from datetime import UTC, datetime

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import JsonArrayOption, console_settings_of


@app.command()
def streams(context: typer.Context, *, json: JsonArrayOption = False) -> None:
    """Show the status of each stream.

    No console is contacted.

    Example: s1ecs streams --json
    """
    from s1ecs.commands.streams import streams as streams_command

    streams_command(console_settings_of(context), datetime.now(UTC), json=json)
