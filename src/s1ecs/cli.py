"""The command line: how each command is called. What a command does stands in `s1ecs.commands`."""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import stamina.instrumentation
import typer

from s1ecs import __version__
from s1ecs.errors import S1ecsError, UsageError
from s1ecs.settings import Settings, load, show
from s1ecs.streams import STREAMS, Stream

app = typer.Typer(
    name="s1ecs",
    help="Collects SentinelOne data, maps it to the Elastic Common Schema, delivers it exactly once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

StreamNames = Annotated[list[str] | None, typer.Argument(metavar="[STREAM]...", help="Streams; all enabled if none.")]
StreamName = Annotated[str, typer.Argument(metavar="STREAM", help="The stream's name.")]
LogFormat = Annotated[str | None, typer.Option("--log-format", help="text, or ecs for ECS JSON.")]


def main() -> None:
    """Run the command line; everything that goes wrong is one line on standard error and an exit status."""
    # Retries are the client's business; what is said is how a request ended.
    stamina.instrumentation.set_on_retry_hooks(())
    if sys.stdin is None or sys.stdout is None:
        sys.exit("s1ecs: standard input and output must be open")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except S1ecsError as error:
        sys.stderr.write(f"s1ecs: {error}\n")
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output went away; Python would complain once more when it closes standard output.
        _drop_output()
        sys.exit(1)
    except OSError as error:
        _drop_output()
        sys.stderr.write(f"s1ecs: {error.filename or 'standard output'}: {error.strerror}\n")
        sys.exit(1)


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback for a flag
    if wanted:
        typer.echo(f"s1ecs {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    *,
    config: Annotated[Path | None, typer.Option("--config", help="The settings file; s1ecs.yaml if it exists.")] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting, over file and environment; may come repeatedly."),
    ] = None,
    state_dir: Annotated[str | None, typer.Option("--state-dir", help="The folder of state and store.")] = None,
    log_format: LogFormat = None,
    version: Annotated[  # noqa: ARG001 - its callback prints and ends
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    flags = dict(map(_assignment, assignments or ()))
    given = {"state_dir": state_dir, "log_format": log_format}
    context.obj = (config, flags | {name: value for name, value in given.items() if value is not None})


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {text}: write NAME=VALUE; `s1ecs settings` lists the names")
    return name.strip().replace("-", "_"), value


def _settings(context: typer.Context, **more: str | None) -> Settings:
    config, flags = context.obj
    return load(
        file=config,
        environment=os.environ,
        flags=flags | {name: value for name, value in more.items() if value is not None},
        streams=list(STREAMS),
        working_folder=Path.cwd(),
    )


def _streams(names: Sequence[str]) -> list[Stream]:
    unknown = [name for name in names if name not in STREAMS]
    if unknown:
        raise UsageError(f"no stream named {unknown[0]!r}; there are: {', '.join(STREAMS)}")
    return [STREAMS[name] for name in names]


@app.command()
def collect(context: typer.Context, streams: StreamNames = None, log_format: LogFormat = None) -> None:
    """Collect what is new, once."""
    from s1ecs.commands.collect import collect as collect_command

    names = [stream.name for stream in _streams(streams or [])]
    raise typer.Exit(collect_command(_settings(context, log_format=log_format), names))


@app.command()
def run(context: typer.Context, log_format: LogFormat = None) -> None:
    """Collect at every interval, until told to stop."""
    from s1ecs.commands.collect import run as run_command

    raise typer.Exit(run_command(_settings(context, log_format=log_format)))


@app.command()
def backfill(
    context: typer.Context,
    streams: Annotated[list[str], typer.Argument(metavar="STREAM...", help="The streams to read.")],
    *,
    start: Annotated[str, typer.Option("--from", metavar="TIME", help="Where to begin, such as 2026-01-31.")],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="Where to end.")],
    again: Annotated[bool, typer.Option("--again", help="Once more, though it was read before.")] = False,
    log_format: LogFormat = None,
) -> None:
    """Read a past range beside the live collection."""
    from s1ecs.collect.backfill import Period
    from s1ecs.commands.backfill import backfill_streams

    names = [stream.name for stream in _streams(streams)]
    period = Period(*(datetime.fromisoformat(_moment(text, flag)) for text, flag in ((start, "--from"), (end, "--to"))))
    raise typer.Exit(backfill_streams(_settings(context, log_format=log_format), names, period, again=again))


@app.command()
def check(context: typer.Context) -> None:
    """Check consoles, tokens and permissions."""
    from s1ecs.commands.check import check as check_command

    raise typer.Exit(asyncio.run(check_command(_settings(context))))


@app.command()
def streams(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="A JSON array of objects.")] = False,
) -> None:
    """Show how each stream fares."""
    from s1ecs.commands.streams import streams as streams_command

    streams_command(_settings(context), datetime.now(UTC), json=json)


@app.command()
def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(metavar="SQL", help='Such as "SELECT rule, count(*) FROM alert GROUP BY 1".')],
    *,
    json: Annotated[bool, typer.Option("--json", help="A JSON array of objects.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values.")] = False,
) -> None:
    """Ask the local store with SQL."""
    from s1ecs.commands import tables
    from s1ecs.commands.query import query as query_command

    if json and csv:
        raise UsageError("query: --json and --csv exclude each other")
    printer = tables.print_json if json else tables.print_csv if csv else tables.print_table
    query_command(_settings(context).state_dir, sql, printer)


@app.command()
def transform(
    context: typer.Context,
    stream: StreamName,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="NDJSON; standard input if none.")
    ] = None,
    *,
    with_id: Annotated[bool, typer.Option("--with-id", help="Add the document's _id.")] = False,
    preserve_original: Annotated[bool, typer.Option("--preserve-original", help="Keep event.original.")] = False,
    now: Annotated[
        str | None, typer.Option("--now", metavar="TIME", help="@timestamp of documents without one.")
    ] = None,
    geoip: Annotated[str | None, typer.Option("--geoip", metavar="FILE", help="A MaxMind City database.")] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Leave out the fields of the setting redact.")] = False,
) -> None:
    """Turn records into documents, both as NDJSON."""
    from s1ecs.commands.transform import transform_files

    [chosen] = _streams([stream])
    moment = None if now is None else _moment(now)
    transform_files(
        chosen,
        files or [],
        with_id=with_id,
        preserve_original=preserve_original,
        now=moment,
        geoip=geoip,
        redact=_settings(context).redact if redact else (),
    )


@app.command()
def fields(
    stream: StreamName,
    *,
    json: Annotated[bool, typer.Option("--json", help="A JSON array of objects.")] = False,
) -> None:
    """List the exported fields of a stream."""
    from s1ecs.commands import tables
    from s1ecs.ecs.exported import exported_fields

    [chosen] = _streams([stream])
    rows = [(field.name, field.type, field.meaning) for field in exported_fields(chosen.table)]
    (tables.print_json if json else tables.print_table)(("name", "type", "description"), rows)


@app.command()
def settings(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="A JSON array of objects.")] = False,
) -> None:
    """List every setting, its value and its origin."""
    from s1ecs.commands import tables

    rows = [(row.name, row.value, row.source, row.default, row.help) for row in show(_settings(context))]
    (tables.print_json if json else tables.print_table)(("setting", "value", "from", "default", "help"), rows)


@app.command()
def standin(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")] = 8800,
    agents: Annotated[int, typer.Option(min=1, help="How many agents; all else grows with them.")] = 500,
    alerts: Annotated[int | None, typer.Option(min=0, help="How many alerts; default: 2 an agent.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed and --now give the same bytes.")] = 1,
    now: Annotated[str | None, typer.Option(metavar="TIME", help="Its clock at the start; default: now.")] = None,
    rate: Annotated[float | None, typer.Option(min=0, help="New alerts a minute while it runs.")] = None,
    growth: Annotated[float, typer.Option(min=0, help="Changes a minute, in all streams in turn.")] = 0.0,
    without_star: Annotated[bool, typer.Option("--without-star", help="A console without STAR alerts.")] = False,
    faults: Annotated[Path | None, typer.Option("--faults", metavar="FILE", help="Rules of faults, YAML.")] = None,
) -> None:
    """Run a stand-in console, for trying s1ecs out."""
    try:
        from s1ecs.standin.faults.rule import BadRules, parse
        from s1ecs.standin.server import serve
    except ImportError as error:
        raise UsageError(f"standin: {error.name} is missing; install it with: pip install 's1ecs[standin]'") from None
    moment = datetime.now(UTC) if now is None else datetime.fromisoformat(_moment(now))
    try:
        rules = () if faults is None else parse(faults.read_bytes())
    except OSError as error:
        raise UsageError(f"standin: {faults}: {error.strerror}") from None
    except BadRules as error:
        raise UsageError(f"standin: {faults}: {error}") from None
    try:
        serve(
            host="127.0.0.1",
            port=port,
            agents=agents,
            alerts=alerts,
            seed=seed,
            now=moment,
            rate=rate,
            growth=growth,
            star=not without_star,
            faults=rules,
        )
    except OSError as error:
        raise UsageError(f"standin: port {port} can't be used ({error.strerror}); choose another or 0") from None


def _moment(text: str, flag: str = "--now") -> str:
    from s1ecs.ecs.values import Bad, date

    try:
        return date(text)
    except Bad:
        raise UsageError(f"{flag} {text}: write a time such as 2026-01-31T12:00:00Z") from None
