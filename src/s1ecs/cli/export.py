"""`s1ecs export`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, cast

import typer

from s1ecs.cli.app import app
from s1ecs.cli.early_signals import end_at_sigterm
from s1ecs.cli.options import moment_of_option, one_of, settings_of, stream_names, unicode_text
from s1ecs.errors import UsageError
from s1ecs.timestamps import time_text


@app.command()
def export(
    context: typer.Context,
    stream: Annotated[
        str,
        typer.Argument(
            metavar="STREAM", help="A stream, such as alert, or a view of latest states.", autocompletion=stream_names
        ),
    ],
    *,
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="TIME", help="Start of the range, such as 2026-01-31 or -30d. Default: the beginning."
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="TIME", help="End of the range, exclusive, such as now. Default: no end."),
    ] = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="ndjson (complete documents), csv or parquet (columns of the view). Parquet requires the extra "
            "parquet. Default: ndjson.",
        ),
    ] = "ndjson",
    where: Annotated[
        str,
        typer.Option(
            "--where", metavar="SQL", help="Condition over the columns of the view, such as 'severity >= 73'."
        ),
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write to a new file. Default, and -: standard output."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="With -o: replace an existing file.")] = False,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw",
            help="With --format csv: add no apostrophes to texts that a spreadsheet would run as a formula.",
        ),
    ] = False,
) -> None:
    """Export documents of the local store as NDJSON, CSV or Parquet.

    Example: s1ecs export alert --from -30d --format csv --where "severity >= 73" -o alerts.csv
    """
    # Ending by an exception, it leaves no unfinished file.
    end_at_sigterm(1)
    from s1ecs.bootstrap.store_folder import store_folder
    from s1ecs.bootstrap.typed_views import require_view
    from s1ecs.collect.upkeep.archiving import archive_rule
    from s1ecs.commands.export import FORMATS, Export, ExportFormat
    from s1ecs.commands.export import export as export_command
    from s1ecs.commands.export_query import ExportSelection

    chosen = cast("ExportFormat", one_of("--format", format_, FORMATS) or "ndjson")
    if raw and chosen != "csv":
        raise UsageError("export: --raw requires --format csv; the other formats always have values unchanged")
    if force and output is None:
        raise UsageError("export: --force requires -o FILE")
    if output == Path("-"):
        output = None
    view = require_view(stream)
    now = datetime.now(UTC)
    first, last = (
        None if text is None else time_text(moment_of_option(text, flag, now))
        for text, flag in ((start, "--from"), (end, "--to"))
    )
    if first is not None and last is not None and first >= last:
        raise UsageError("export: --from must be before --to")
    condition = unicode_text(where, "--where").strip()
    selection = ExportSelection(view, first, last, condition, ordered=not view.endswith("_latest"))
    settings = settings_of(context)
    folder = store_folder(settings, "export")
    rule = archive_rule(settings)
    archive = None if rule is None else rule.folder
    export_command(folder, Export(selection, chosen, output, force=force, raw=raw, archive=archive), now)
