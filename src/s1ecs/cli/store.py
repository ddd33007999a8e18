"""`s1ecs store`."""

from pathlib import Path
from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import settings_of
from s1ecs.errors import UsageError


@app.command()
def store(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
    compact: Annotated[
        bool, typer.Option("--compact", help="Return reclaimable space to the disk. Collecting waits meanwhile.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Check the database for damage. Exit status 1 if it is damaged.")
    ] = False,
    backup: Annotated[
        Path | None,
        typer.Option("--backup", metavar="FILE", help="Write a consistent copy to a new file while s1ecs run works."),
    ] = None,
) -> None:
    """Show, compact, check or back up the store.

    Example: s1ecs store --backup /backup/s1ecs.db
    """
    from s1ecs.commands import store as store_command

    if sum((json, compact, check, backup is not None)) > 1:
        raise UsageError("store: --json, --compact, --check and --backup are mutually exclusive")
    folder = settings_of(context).state_dir
    if compact:
        store_command.make_compact(folder)
    elif check:
        raise typer.Exit(store_command.check(folder))
    elif backup is not None:
        store_command.backup(folder, backup)
    else:
        store_command.show(folder, json=json)
