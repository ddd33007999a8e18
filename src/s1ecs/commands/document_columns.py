"""Columns of the views, read from a document without the store."""

from collections.abc import Mapping
from typing import Any

from s1ecs.streams import STREAMS, response_action

# The columns of each stream's view: the document's field, by the name of the column.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    name: {column.name: column.field for column in view}
    for name, view in (
        *((stream.name, stream.view) for stream in STREAMS.values()),
        (response_action.STREAM.name, response_action.STREAM.view),
    )
}


def column_of(document: Mapping[str, Any], stream: str, column: str) -> Any:
    """Return the value of a column; None where the document, or the view, has none."""
    field = COLUMNS.get(stream, {}).get(column)
    return None if field is None else field_of(document, field)


def field_of(document: Mapping[str, Any], field: str) -> Any:
    """Return the value of a field by its full name; None where the document has none."""
    value: Any = document
    for step in field.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
