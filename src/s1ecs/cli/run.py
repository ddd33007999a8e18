"""`s1ecs run`."""

import typer

from s1ecs.cli.app import app
from s1ecs.cli.early_signals import end_at_sigterm
from s1ecs.cli.options import StreamNames, TraceFileOption, settings_of, streams_named


@app.command()
def run(
    context: typer.Context,
    streams: StreamNames = None,
    trace: TraceFileOption = None,
) -> None:
    """Collect at every interval until stopped.

    Stops on SIGINT or SIGTERM within ten seconds.

    Example: s1ecs run --log-format ecs
    """
    end_at_sigterm(0)
    from s1ecs.commands.run import run as run_command

    names = [stream.name for stream in streams_named(streams or [])]
    raise typer.Exit(run_command(settings_of(context, trace=trace), names))
