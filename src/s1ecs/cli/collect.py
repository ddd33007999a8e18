"""`s1ecs collect`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.early_signals import end_at_sigterm
from s1ecs.cli.options import StreamNames, TraceFileOption, console_settings_of, streams_named


@app.command()
def collect(
    context: typer.Context,
    streams: StreamNames = None,
    *,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Read complete inventories, such as application, before their interval has passed."
        ),
    ] = False,
    trace: TraceFileOption = None,
) -> None:
    """Collect new records once.

    Exit status 1 if a stream failed. An inventory that the console only returns as a whole, such as application, is
    read at most once per interval (24h by default).

    Example: s1ecs collect alert threat
    """
    end_at_sigterm(1)
    from s1ecs.commands.collect import collect as collect_command

    names = [stream.name for stream in streams_named(streams or [])]
    raise typer.Exit(collect_command(console_settings_of(context, trace=trace), names, full=full))
