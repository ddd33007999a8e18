"""`s1ecs reconcile`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.early_signals import end_at_sigterm
from s1ecs.cli.options import StreamNames, TraceFileOption, console_settings_of, moment_of_option, streams_named


@app.command()
def reconcile(
    context: typer.Context,
    streams: StreamNames = None,
    *,
    start: Annotated[
        str, typer.Option("--from", metavar="TIME", help="Start of the range, such as 2026-01-31 (00:00 UTC) or -7d.")
    ],
    end: Annotated[
        str,
        typer.Option("--to", metavar="TIME", help="End of the range, exclusive, such as 2026-02-01T12:00:00Z or now."),
    ],
    repair: Annotated[bool, typer.Option("--repair", help="Deliver the missing documents.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print a JSON array of objects, including every missing id.")
    ] = False,
    trace: TraceFileOption = None,
) -> None:
    """Compare the outputs with the console.

    Reports missing documents, by day and id. Exit status 1 if anything is missing.

    Example: s1ecs reconcile alert --from 2026-01-01 --to 2026-02-01
    """
    from s1ecs.collect.period import Period

    end_at_sigterm(1)
    from s1ecs.commands.reconcile import reconcile_streams

    names = [stream.name for stream in streams_named(streams or [])]
    now = datetime.now(UTC)
    period = Period(moment_of_option(start, "--from", now), moment_of_option(end, "--to", now))
    settings = console_settings_of(context, trace=trace)
    raise typer.Exit(reconcile_streams(settings, names, period, repairs=repair, json=json))
