"""`s1ecs backfill`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.early_signals import end_at_sigterm
from s1ecs.cli.options import TraceFileOption, console_settings_of, moment_of_option, stream_names, streams_named
from s1ecs.errors import UsageError


@app.command()
def backfill(
    context: typer.Context,
    streams: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STREAM",
            help="Streams to read, such as alert threat. Default with --from-store: all.",
            autocompletion=stream_names,
        ),
    ] = None,
    *,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help="Start of the range, such as 2026-01-31 (00:00 UTC) or -7d."),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="TIME", help="End of the range, exclusive, such as 2026-02-01T12:00:00Z or now."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", metavar="NAME", help="Deliver to this output only. Default: to all outputs."),
    ] = None,
    from_store: Annotated[
        bool,
        typer.Option("--from-store", help="Read the local store instead of the console. Requires --output."),
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Repeat a backfill that already finished.")] = False,
    trace: TraceFileOption = None,
) -> None:
    """Collect a past range, or fill a new output.

    Works next to a live `s1ecs run`. An interrupted backfill is resumed by the same command; if a time was relative,
    such as -7d, by the command that is logged.

    Example: s1ecs backfill alert --from 2026-01-01 --to 2026-02-01

    Example: s1ecs backfill --output elasticsearch --from-store
    """
    end_at_sigterm(1)
    names = [stream.name for stream in streams_named(streams or [])]
    if from_store:
        from s1ecs.commands.fill_output import fill_output

        given = {"--from": start, "--to": end, "--trace": trace}
        if beside := [flag for flag, value in given.items() if value is not None]:
            raise UsageError(f"backfill: {' and '.join(beside)} cannot be combined with --from-store")
        if output is None:
            raise UsageError("backfill: --from-store requires --output NAME, the output to fill")
        raise typer.Exit(fill_output(console_settings_of(context), names, output, again=again))
    from s1ecs.collect.period import Period
    from s1ecs.commands.backfill import backfill_streams

    if start is None or end is None or not names:
        missing = [flag for flag, value in (("STREAM", names), ("--from", start), ("--to", end)) if not value]
        raise UsageError(f"backfill: missing {' and '.join(missing)}; pass at least one stream, --from and --to")
    now = datetime.now(UTC)
    period = Period(_moment(start, "--from", now), _moment(end, "--to", now))
    settings = console_settings_of(context, trace=trace)
    raise typer.Exit(backfill_streams(settings, names, period, again=again, now=now, output=output))


def _moment(text: str, flag: str, now: datetime) -> datetime:
    return moment_of_option(text, flag, now).replace(microsecond=0)
