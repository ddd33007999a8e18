"""`s1ecs dead-letters`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import console_settings_of, settings_of, stream_names, streams_named
from s1ecs.errors import UsageError


@app.command("dead-letters")
def dead_letters(
    context: typer.Context,
    streams: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STREAM",
            help="Streams, such as alert threat. Default: all streams.",
            autocompletion=stream_names,
        ),
    ] = None,
    *,
    retry: Annotated[
        bool, typer.Option("--retry", help="Deliver the documents again to the output that refused them.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print a JSON array of objects, including the documents.")
    ] = False,
) -> None:
    """List or retry refused documents.

    A dead letter is a document that an output refused, kept with the reason.

    Example: s1ecs dead-letters alert --retry
    """
    if retry and json:
        raise UsageError("dead-letters: --retry and --json are mutually exclusive")
    names = [stream.name for stream in streams_named(streams or [])]
    if retry:
        from s1ecs.commands.dead_letter_retry import retry_dead_letters

        raise typer.Exit(retry_dead_letters(console_settings_of(context), names))
    from s1ecs.commands.dead_letters import list_dead_letters

    list_dead_letters(settings_of(context), names, json=json)
