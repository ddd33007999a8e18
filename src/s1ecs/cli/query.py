"""`s1ecs query`."""

from functools import partial
from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import JsonArrayOption, settings_of
from s1ecs.errors import UsageError


@app.command()
def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(metavar="SQL", help="A SELECT statement. Every stream is a view.")],
    *,
    json: JsonArrayOption = False,
    csv: Annotated[
        bool,
        typer.Option(
            "--csv",
            help="Print comma-separated values. An apostrophe is added to texts that a spreadsheet would run as a "
            "formula.",
        ),
    ] = False,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw",
            help="With --csv: add no apostrophes. Do not open the result in a spreadsheet: it runs formulas that an "
            "attacker put into a file name or command line.",
        ),
    ] = False,
    archive: Annotated[
        bool,
        typer.Option("--archive", help="Query the archive, too, in the SQL of DuckDB. Requires the extra duckdb."),
    ] = False,
) -> None:
    """Query the local store with SQL, read-only.

    Example: s1ecs query "SELECT rule, count(*) FROM alert GROUP BY rule"
    """
    from s1ecs.commands.query import query as query_command
    from s1ecs.commands.terminal import tables

    if json and csv:
        raise UsageError("query: --json and --csv are mutually exclusive")
    if raw and not csv:
        raise UsageError("query: --raw requires --csv; --json always prints values unchanged")
    plain = partial(tables.print_json if json else tables.print_table, data=True)
    printer = partial(tables.print_csv, raw=raw) if csv else plain
    if archive:
        from s1ecs.commands.archive_query.query import query_archive

        query_archive(settings_of(context), sql, printer)
        return
    query_command(settings_of(context).state_dir, sql, printer)
