"""The store's upkeep."""

from pathlib import Path
from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.arguments import settings_of
from s1ecs.errors import UsageError


@app.command()
def store(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="A JSON object.")] = False,
    compact: Annotated[
        bool, typer.Option("--compact", help="Give free room back; collecting waits meanwhile.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Look for damage; exit status 1 if there is any.")] = False,
    backup: Annotated[
        Path | None, typer.Option("--backup", metavar="FILE", help="Copy it to a new file, while others collect.")
    ] = None,
) -> None:
    """Show what lies in the store; compact, check or copy it."""
    from s1ecs.commands import store as store_command

    if sum((json, compact, check, backup is not None)) > 1:
        raise UsageError("store: --json, --compact, --check and --backup exclude each other")
    folder = settings_of(context).state_dir
    if compact:
        store_command.make_compact(folder)
    elif check:
        raise typer.Exit(store_command.check(folder))
    elif backup is not None:
        store_command.backup(folder, backup)
    else:
        store_command.show(folder, json=json)
