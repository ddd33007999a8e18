"""`s1ecs fields`."""

from s1ecs.cli.app import app
from s1ecs.cli.options import JsonArrayOption, StreamName, streams_named


@app.command()
def fields(stream: StreamName, *, json: JsonArrayOption = False) -> None:
    """List the document fields of a stream.

    Example: s1ecs fields alert
    """
    from s1ecs.commands.terminal import tables
    from s1ecs.ecs.field_catalog import exported_fields
    from s1ecs.streams import response_action

    own = response_action.STREAM
    table = own.table if stream == own.name else streams_named([stream])[0].table
    rows = [(field.name, field.type, field.meaning) for field in exported_fields(table)]
    columns = ("name", "type", "description")
    if json:
        tables.print_json(columns, rows)
    else:
        tables.print_table(columns, rows, too_wide="wrap")
