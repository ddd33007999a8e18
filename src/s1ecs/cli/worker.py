"""`s1ecs worker`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.early_signals import end_at_sigterm
from s1ecs.cli.options import TraceFileOption, settings_of


@app.command()
def worker(
    context: typer.Context,
    *,
    concurrency: Annotated[
        int,
        typer.Option("--concurrency", metavar="N", min=1, max=1000, help="Consoles to poll at a time. Default: 20."),
    ] = 20,
    drain: Annotated[
        bool,
        typer.Option("--drain", help="Ask all running workers to finish their current pages and to exit."),
    ] = False,
    only: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", help="With --drain: ask this worker alone; see s1ecs cluster status."),
    ] = None,
    trace: TraceFileOption = None,
) -> None:
    """Collect together with other workers, on a state in PostgreSQL.

    Any number of workers on any number of machines share the consoles: each stream is polled by one of them at a time,
    and what a dead worker leaves is continued by the others within a minute. Needs the extra cluster and the setting
    state. Stops on SIGINT or SIGTERM within 25 seconds.

    Example: s1ecs worker --concurrency 50

    Example: s1ecs worker --drain
    """
    end_at_sigterm(0)
    from s1ecs.commands.worker import drain as drain_command
    from s1ecs.commands.worker import worker as worker_command

    if only is not None and not drain:
        raise typer.BadParameter("--id is an option of --drain", param_hint="--id")
    settings = settings_of(context, trace=trace)
    raise typer.Exit(drain_command(settings, only) if drain else worker_command(settings, concurrency))
