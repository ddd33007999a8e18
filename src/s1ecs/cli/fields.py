"""`s1ecs fields`."""

from typing import TYPE_CHECKING, Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import JsonArrayOption, LayoutOption, StreamName, in_layout, streams_named

if TYPE_CHECKING:
    from s1ecs.ecs.table import FieldTable


@app.command()
def fields(
    stream: StreamName,
    *,
    layout: LayoutOption = None,
    json: JsonArrayOption = False,
    compiled: Annotated[
        bool, typer.Option("--compiled", help="Print the Python function that maps a record to these fields instead.")
    ] = False,
) -> None:
    """List the document fields of a stream.

    Example: s1ecs fields alert
    """
    from s1ecs.commands.terminal import tables
    from s1ecs.commands.terminal.writer import OUT
    from s1ecs.ecs.codegen.compiler import source_of
    from s1ecs.ecs.field_catalog import exported_fields
    from s1ecs.streams import response_action

    own = response_action.STREAM
    table = own.table if stream == own.name else _complete(stream, layout)
    if compiled:
        OUT.write(source_of(table), data=True)
        return
    rows = [(field.name, field.type, field.meaning) for field in exported_fields(table)]
    columns = ("name", "type", "description")
    if json:
        tables.print_json(columns, rows)
    else:
        tables.print_table(columns, rows, too_wide="wrap")


def _complete(stream: str, layout: str | None) -> "FieldTable":
    chosen = in_layout(streams_named([stream])[0], layout)
    return chosen.complete(chosen.layout).table
