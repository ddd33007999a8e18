"""`s1ecs run`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.early_signals import end_at_sigterm
from s1ecs.cli.options import StreamNames, TraceFileOption, console_settings_of, streams_named


@app.command()
def run(
    context: typer.Context,
    streams: StreamNames = None,
    trace: TraceFileOption = None,
    *,
    web: Annotated[
        bool, typer.Option("--web", help="Serve the web page, too; its login link is in the log. See s1ecs serve.")
    ] = False,
) -> None:
    """Collect at every interval until stopped.

    Stops on SIGINT or SIGTERM within ten seconds.

    Example: s1ecs run --log-format ecs

    Example: s1ecs run --web
    """
    end_at_sigterm(0)
    from s1ecs.commands.run import run as run_command

    names = [stream.name for stream in streams_named(streams or [])]
    raise typer.Exit(run_command(console_settings_of(context, trace=trace), names, web=web))
