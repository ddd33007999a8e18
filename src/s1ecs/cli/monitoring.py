"""For whoever watches over s1ecs: status."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.arguments import settings_of


@app.command()
def status(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="A JSON array of objects.")] = False,
) -> None:
    """Tell whether collecting goes on; exit status 0 ok, 1 warning, 2 critical."""
    from s1ecs.commands.status import status as status_command

    raise typer.Exit(status_command(settings_of(context), datetime.now(UTC), json=json))
