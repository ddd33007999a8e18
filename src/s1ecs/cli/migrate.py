"""`s1ecs migrate`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import StreamNames, console_settings_of, streams_named
from s1ecs.commands.terminal.confirm import consent
from s1ecs.errors import UsageError


@app.command()
def migrate(
    context: typer.Context,
    streams: StreamNames = None,
    *,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            metavar="NAME",
            help="Search output that holds the integration's documents. Default: the only one configured.",
        ),
    ] = None,
    console: Annotated[
        str | None,
        typer.Option("--console", metavar="NAME", help="Migrate this console only. Default: all consoles."),
    ] = None,
    overlap: Annotated[
        str | None,
        typer.Option(
            "--overlap", metavar="DURATION", help="Time to read again before the newest document. Default: 1h."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Set the checkpoints without confirmation.")] = False,
    allow_mixed: Annotated[
        bool,
        typer.Option(
            "--allow-mixed", help="Continue a data stream in another layout than that of its newest document."
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace existing checkpoints.")] = False,
) -> None:
    """Resume where Elastic's integration stopped.

    Sets checkpoints from the documents that the integration indexed, after a preview and a confirmation.

    Example: s1ecs migrate --dry-run
    """
    from s1ecs.collect.migrate.migrate import MigrationScope
    from s1ecs.commands.migrate import MigrateOptions, migrate_streams
    from s1ecs.settings.units import parse_duration

    if yes and dry_run:
        raise UsageError("migrate: --yes and --dry-run are mutually exclusive")
    try:
        wish = MigrationScope(
            None if overlap is None else parse_duration(overlap), force=force, allow_mixed=allow_mixed
        )
    except ValueError as error:
        raise UsageError(f"--overlap: {error}") from None
    names = [stream.name for stream in streams_named(streams or [])]
    asked = MigrateOptions(consent("migrate", yes=yes), names, output, console, dry_run=dry_run, wish=wish)
    raise typer.Exit(migrate_streams(console_settings_of(context), asked))
