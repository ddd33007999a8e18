"""`s1ecs query`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import JsonArrayOption, settings_of, unicode_text
from s1ecs.errors import UsageError

if TYPE_CHECKING:
    from s1ecs.commands.query_request import Form


def _saved_names(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Complete the name of a saved query behind --saved."""
    from s1ecs.commands.querying.saved import saved_queries

    if not context.params.get("saved"):
        return []
    return [(name, query.description) for name, query in saved_queries(()).items() if name.startswith(incomplete)]


@app.command()
def query(
    context: typer.Context,
    sql: Annotated[
        str | None,
        typer.Argument(
            metavar="SQL",
            help="A SELECT statement, - for standard input, or with --saved the name of a saved query. Every stream is "
            "a view. Default: standard input if something is piped in; else the views are listed.",
            autocompletion=_saved_names,
        ),
    ] = None,
    *,
    file: Annotated[
        str | None, typer.Option("-f", "--file", metavar="FILE", help="Read the statement from FILE.")
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "-p",
            "--parameter",
            metavar="NAME=VALUE",
            help="Value of the parameter :NAME of the statement; repeatable. Example: -p host=ws-042.",
        ),
    ] = None,
    saved: Annotated[
        bool, typer.Option("--saved", help="Run the saved query of this name; without a name: list saved queries.")
    ] = False,
    json: JsonArrayOption = False,
    ndjson: Annotated[bool, typer.Option("--ndjson", help="Print one JSON object per line.")] = False,
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
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table, such as for a ticket.")] = False,
    archive: Annotated[
        bool,
        typer.Option("--archive", help="Query the archive, too, in the SQL of DuckDB. Requires the extra duckdb."),
    ] = False,
) -> None:
    """Query the local store with SQL, read-only.

    Functions for times: now() and ago('24h'). A table leaves out the column document unless the statement names it.

    Example: s1ecs query "SELECT rule, count(*) FROM alert WHERE time > ago('24h') GROUP BY rule"

    Example: s1ecs query --saved loudest-rules -p since=24h
    """
    from s1ecs.commands.query_request import QueryRequest, run_request

    flags: dict[Form, bool] = {"json": json, "ndjson": ndjson, "csv": csv, "markdown": markdown}
    chosen = [name for name, wanted in flags.items() if wanted]
    if len(chosen) > 1:
        raise UsageError(f"query: {' and '.join(f'--{name}' for name in chosen)} are mutually exclusive")
    if raw and not csv:
        raise UsageError("query: --raw requires --csv; --json always prints values unchanged")
    form: Form = "raw csv" if raw else chosen[0] if chosen else "table"
    given = [unicode_text(each, "-p") for each in parameters or ()]
    named = None if sql is None else unicode_text(sql, "query")
    request = QueryRequest(named, file, given, saved=saved, archive=archive, form=form)
    run_request(settings_of(context), request, datetime.now(UTC))
