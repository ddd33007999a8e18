"""Proof in production: reconcile."""

from datetime import datetime
from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.arguments import LogFormat, StreamNames, TraceFile, moment_text, settings_of, streams_named


@app.command()
def reconcile(
    context: typer.Context,
    streams: StreamNames = None,
    *,
    start: Annotated[str, typer.Option("--from", metavar="TIME", help="Where to begin, such as 2026-01-31.")],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="Where to end; a date is its 00:00 UTC.")],
    repair: Annotated[bool, typer.Option("--repair", help="Deliver what is missing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="A JSON array of objects, with every missing id.")] = False,
    log_format: LogFormat = None,
    trace: TraceFile = None,
) -> None:
    """Hold the outputs against what the console has."""
    from s1ecs.collect.backfill import Period
    from s1ecs.commands.reconcile import reconcile_streams

    names = [stream.name for stream in streams_named(streams or [])]
    period = Period(*(datetime.fromisoformat(moment_text(*each)) for each in ((start, "--from"), (end, "--to"))))
    settings = settings_of(context, log_format=log_format, trace=trace)
    raise typer.Exit(reconcile_streams(settings, names, period, repairs=repair, json=json))
