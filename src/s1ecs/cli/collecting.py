"""Collecting: collect, run, backfill, check, streams."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.arguments import LogFormat, StreamNames, TraceFile, moment_text, settings_of, streams_named


@app.command()
def collect(
    context: typer.Context, streams: StreamNames = None, log_format: LogFormat = None, trace: TraceFile = None
) -> None:
    """Collect what is new, once."""
    from s1ecs.commands.collect import collect as collect_command

    names = [stream.name for stream in streams_named(streams or [])]
    raise typer.Exit(collect_command(settings_of(context, log_format=log_format, trace=trace), names))


@app.command()
def run(context: typer.Context, log_format: LogFormat = None, trace: TraceFile = None) -> None:
    """Collect at every interval, until told to stop."""
    from s1ecs.commands.collect import run as run_command

    raise typer.Exit(run_command(settings_of(context, log_format=log_format, trace=trace)))


@app.command()
def backfill(
    context: typer.Context,
    streams: Annotated[list[str], typer.Argument(metavar="STREAM...", help="The streams to read.")],
    *,
    start: Annotated[str, typer.Option("--from", metavar="TIME", help="Where to begin, such as 2026-01-31.")],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="Where to end; a date is its 00:00 UTC.")],
    again: Annotated[bool, typer.Option("--again", help="Once more, though it was read before.")] = False,
    log_format: LogFormat = None,
    trace: TraceFile = None,
) -> None:
    """Read a past range beside the live collection."""
    from s1ecs.collect.backfill import Period
    from s1ecs.commands.backfill import backfill_streams

    names = [stream.name for stream in streams_named(streams)]
    period = Period(_moment(start, "--from"), _moment(end, "--to"))
    now = datetime.now(UTC)
    raise typer.Exit(
        backfill_streams(settings_of(context, log_format=log_format, trace=trace), names, period, again=again, now=now)
    )


def _moment(text: str, flag: str) -> datetime:
    return datetime.fromisoformat(moment_text(text, flag)).replace(microsecond=0)


@app.command()
def check(context: typer.Context, trace: TraceFile = None) -> None:
    """Check consoles, tokens and permissions."""
    from s1ecs.commands.check import check as check_command

    raise typer.Exit(asyncio.run(check_command(settings_of(context, trace=trace))))


@app.command()
def streams(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="A JSON array of objects.")] = False,
) -> None:
    """Show how each stream fares."""
    from s1ecs.commands.streams import streams as streams_command

    streams_command(settings_of(context), datetime.now(UTC), json=json)
