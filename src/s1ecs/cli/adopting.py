"""Going on where Elastic's integration stopped: adopt."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.arguments import StreamNames, settings_of, streams_named
from s1ecs.cli.consent import consent
from s1ecs.errors import UsageError


@app.command()
def adopt(
    context: typer.Context,
    streams: StreamNames = None,
    *,
    output: Annotated[
        str | None, typer.Option("--output", metavar="NAME", help="The output that has the documents.")
    ] = None,
    console: Annotated[
        str | None, typer.Option("--console", metavar="NAME", help="For this console alone, whose documents they are.")
    ] = None,
    overlap: Annotated[
        str | None,
        typer.Option("--overlap", metavar="DURATION", help="How far before the newest document to begin; 1h."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be set, change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Set it without asking.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace checkpoints that there are.")] = False,
) -> None:
    """Go on where Elastic's integration stopped, as its documents tell."""
    from s1ecs.collect.adopt import Wish
    from s1ecs.commands.adopt import Asked, adopt_streams
    from s1ecs.settings.duration import parse_duration

    if yes and dry_run:
        raise UsageError("adopt: --yes and --dry-run exclude each other")
    try:
        wish = Wish(None if overlap is None else parse_duration(overlap), force=force)
    except ValueError as error:
        raise UsageError(f"--overlap: {error}") from None
    names = [stream.name for stream in streams_named(streams or [])]
    asked = Asked(consent("adopt", yes=yes), names, output, console, dry_run=dry_run, wish=wish)
    raise typer.Exit(adopt_streams(settings_of(context), asked))
