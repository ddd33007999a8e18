"""Columns of the views, read from a document without the store."""

from collections.abc import Mapping, Sequence
from typing import Any

from s1ecs.streams import STREAMS, Stream, response_action
from s1ecs.streams.column_fields import column_fields
from s1ecs.streams.response_action import OwnStream

_STREAMS: Sequence[Stream | OwnStream] = (*STREAMS.values(), response_action.STREAM)

# The columns of each stream's view: the document's fields in all layouts, by the name of the column.
COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    stream.name: {column.name: column_fields(stream, column.field) for column in stream.view} for stream in _STREAMS
}


def column_of(document: Mapping[str, Any], stream: str, column: str) -> Any:
    """Return the value of a column; None where the document, or the view, has none."""
    values = (field_of(document, field) for field in COLUMNS.get(stream, {}).get(column, ()))
    return next((value for value in values if value is not None), None)


def field_of(document: Mapping[str, Any], field: str) -> Any:
    """Return the value of a field by its full name; None where the document has none."""
    value: Any = document
    for step in field.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
