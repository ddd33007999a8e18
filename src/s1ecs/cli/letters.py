"""Dead letters: what outputs refused."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.arguments import settings_of, streams_named
from s1ecs.errors import UsageError


@app.command("dead-letters")
def dead_letters(
    context: typer.Context,
    streams: Annotated[list[str] | None, typer.Argument(metavar="[STREAM]...", help="Streams; all if none.")] = None,
    *,
    retry: Annotated[bool, typer.Option("--retry", help="Deliver them again to the output that refused them.")] = False,
    json: Annotated[bool, typer.Option("--json", help="A JSON array of objects, documents included.")] = False,
) -> None:
    """List what outputs refused, or deliver it again."""
    from s1ecs.commands.dead_letters import list_dead_letters, retry_dead_letters

    if retry and json:
        raise UsageError("dead-letters: --retry and --json exclude each other")
    names = [stream.name for stream in streams_named(streams or [])]
    if retry:
        raise typer.Exit(retry_dead_letters(settings_of(context), names))
    list_dead_letters(settings_of(context), names, json=json)
