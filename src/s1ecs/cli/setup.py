"""Setting up search servers."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.arguments import settings_of
from s1ecs.cli.consent import consent
from s1ecs.errors import UsageError


@app.command()
def setup(
    context: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Make the changes without asking.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the requests as a JSON array, change nothing.")
    ] = False,
    take_over: Annotated[
        bool,
        typer.Option("--take-over", help="Also where others have templates of that name or for that data."),
    ] = False,
    roll_over: Annotated[
        bool, typer.Option("--roll-over", help="Begin a new backing index where the newest has an older mapping.")
    ] = False,
    least_privilege: Annotated[
        bool, typer.Option("--least-privilege", help="Print the roles that collecting and setup need, contact nobody.")
    ] = False,
) -> None:
    """Install index templates and retention on Elasticsearch and OpenSearch."""
    from s1ecs.commands import setup as setup_command

    if least_privilege and (yes or dry_run or take_over or roll_over):
        raise UsageError("setup: --least-privilege stands alone")
    if yes and dry_run:
        raise UsageError("setup: --yes and --dry-run exclude each other")
    settings = settings_of(context)
    if least_privilege:
        setup_command.print_least_privilege(settings)
        return
    wish = setup_command.Wish(consent("setup", yes=yes), dry_run=dry_run, take_over=take_over, roll_over=roll_over)
    raise typer.Exit(setup_command.setup(settings, wish))
