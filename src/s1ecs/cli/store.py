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
        bool,
        typer.Option(
            "--check",
            help="Check for damage, and compare what queries read with the documents. Exit status 1 if not sound.",
        ),
    ] = False,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help="Build what queries and search read anew from the documents; collecting goes on meanwhile.",
        ),
    ] = False,
    backup: Annotated[
        Path | None,
        typer.Option("--backup", metavar="FILE", help="Write a consistent copy to a new file while s1ecs run works."),
    ] = None,
) -> None:
    """Show, compact, check, rebuild or back up the store.

    Example: s1ecs store --backup /backup/s1ecs.db
    """
    from s1ecs.bootstrap.store_folder import store_folder
    from s1ecs.commands import store as store_command

    if sum((json, compact, check, rebuild, backup is not None)) > 1:
        raise UsageError("store: --json, --compact, --check, --rebuild and --backup are mutually exclusive")
    settings = settings_of(context)
    folder = store_folder(settings, "store")
    if compact:
        store_command.make_compact(folder)
    elif check:
        raise typer.Exit(store_command.check(folder))
    elif rebuild:
        from s1ecs.commands.store_rows import rebuild as rebuild_rows

        rebuild_rows(folder, settings.log_level)
    elif backup is not None:
        store_command.backup(folder, backup)
    else:
        store_command.show(folder, json=json)
