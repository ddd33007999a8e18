"""`s1ecs transform`."""

from typing import TYPE_CHECKING, Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import LayoutOption, StreamName, in_layout, moment_text, settings_of, streams_named

if TYPE_CHECKING:
    from s1ecs.cli.common_options import GivenOptions


@app.command()
def transform(
    context: typer.Context,
    stream: StreamName,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Files of NDJSON, API pages or JSON arrays. Default: standard input."),
    ] = None,
    *,
    with_id: Annotated[bool, typer.Option("--with-id", help="Add the _id of each document.")] = False,
    preserve_original: Annotated[
        bool, typer.Option("--preserve-original", help="Keep each record in event.original.")
    ] = False,
    now: Annotated[
        str | None,
        typer.Option(
            "--now",
            metavar="TIME",
            help="@timestamp of documents whose record has no time, such as 2026-01-31T12:00:00Z. Default: none.",
        ),
    ] = None,
    geoip: Annotated[
        str | None,
        typer.Option("--geoip", metavar="FILE", help="MaxMind City database (.mmdb) for host.geo. Default: none."),
    ] = None,
    layout: LayoutOption = None,
    jobs: Annotated[
        int,
        typer.Option("--jobs", "-j", metavar="N", min=1, max=64, help="Worker processes. The output is the same."),
    ] = 1,
    redact: Annotated[bool, typer.Option("--redact", help="Remove the fields that the setting redact names.")] = False,
) -> None:
    """Convert records to ECS documents.

    Reads NDJSON, pages of the API ({"data": [...]}) and JSON arrays; writes NDJSON. No console is needed.

    Example: s1ecs transform alert alerts.ndjson --with-id
    """
    from s1ecs.commands.transform import transform_files

    given: GivenOptions = context.obj
    chosen = in_layout(streams_named([stream])[0], layout)
    moment = None if now is None else moment_text(now)
    transform_files(
        chosen,
        files or [],
        with_id=with_id,
        preserve_original=preserve_original,
        now=moment,
        geoip=geoip,
        redact=settings_of(context).redact if redact else (),
        jobs=jobs,
        log_level=given.flags.get("log_level", "info"),
    )
