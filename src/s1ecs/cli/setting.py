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
    columns = ("setting", "value", "from", "default", "help")
    if json:
        tables.print_json(columns, rows)
    else:
        tables.print_table(columns, rows, names=True)
