"""The settings: what holds, and where it comes from."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.arguments import settings_of
from s1ecs.settings import show


@app.command()
def settings(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="A JSON array of objects.")] = False,
) -> None:
    """List every setting, its value and its origin."""
    from s1ecs.commands import tables

    rows = [(row.name, row.value, row.source, row.default, row.help) for row in show(settings_of(context))]
    (tables.print_json if json else tables.print_table)(("setting", "value", "from", "default", "help"), rows)
