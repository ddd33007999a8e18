"""Documents: query the store, transform records, list the fields."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.arguments import StreamName, moment_text, settings_of, streams_named
from s1ecs.errors import UsageError


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
    query_command(settings_of(context).state_dir, sql, printer)


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

    [chosen] = streams_named([stream])
    moment = None if now is None else moment_text(now)
    transform_files(
        chosen,
        files or [],
        with_id=with_id,
        preserve_original=preserve_original,
        now=moment,
        geoip=geoip,
        redact=settings_of(context).redact if redact else (),
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
    from s1ecs.streams import response_action

    own = response_action.STREAM
    table = own.table if stream == own.name else streams_named([stream])[0].table
    rows = [(field.name, field.type, field.meaning) for field in exported_fields(table)]
    (tables.print_json if json else tables.print_table)(("name", "type", "description"), rows)
