"""`s1ecs setup`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import console_settings_of
from s1ecs.commands.terminal.confirm import consent
from s1ecs.errors import UsageError


@app.command()
def setup(
    context: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Apply the changes without confirmation.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the changes as a JSON array and change nothing.")
    ] = False,
    take_over: Annotated[
        bool,
        typer.Option("--take-over", help="Replace templates that s1ecs did not install, and override others."),
    ] = False,
    roll_over: Annotated[
        bool, typer.Option("--roll-over", help="Roll over data streams whose newest backing index has an old mapping.")
    ] = False,
    least_privilege: Annotated[
        bool,
        typer.Option(
            "--least-privilege", help="Print the roles required by collecting and setup. No server is contacted."
        ),
    ] = False,
) -> None:
    """Install index templates and retention; create Kafka topics.

    Applies to every Elasticsearch, OpenSearch and Kafka output, after a preview and a confirmation. Safe to repeat.

    Example: s1ecs setup --dry-run
    """
    from s1ecs.commands import setup as setup_command

    if least_privilege and (yes or dry_run or take_over or roll_over):
        raise UsageError("setup: --least-privilege cannot be combined with other options")
    if yes and dry_run:
        raise UsageError("setup: --yes and --dry-run are mutually exclusive")
    settings = console_settings_of(context)
    if least_privilege:
        setup_command.print_least_privilege(settings)
        return
    wish = setup_command.SetupOptions(
        consent("setup", yes=yes), dry_run=dry_run, take_over=take_over, roll_over=roll_over
    )
    raise typer.Exit(setup_command.setup(settings, wish))
