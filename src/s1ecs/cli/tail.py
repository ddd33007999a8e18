"""`s1ecs tail`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import settings_of, stored_stream_names, stored_streams


@app.command()
def tail(
    context: typer.Context,
    streams: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STREAM",
            help="Streams, such as alert threat. Default: all streams.",
            autocompletion=stored_stream_names,
        ),
    ] = None,
    *,
    count: Annotated[
        int, typer.Option("-n", "--lines", metavar="NUMBER", min=0, help="Print so many of the last documents first.")
    ] = 10,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line, with the document.")] = False,
) -> None:
    """Print new documents of the store as they arrive, one line each.

    Reads next to a live `s1ecs run` until Ctrl-C. On a terminal lines are coloured by severity.

    Example: s1ecs tail alert threat
    """
    from s1ecs.bootstrap.store_folder import store_folder
    from s1ecs.commands.tail import tail as tail_command

    names = stored_streams(streams or [])
    tail_command(store_folder(settings_of(context), "tail"), names, count, json=json)
