"""The fields of a column of the store: its name in each layout, since a store may hold documents of both."""

from s1ecs.ecs.layouts import names_in_both
from s1ecs.streams.response_action import OwnStream
from s1ecs.streams.stream import Stream


def column_fields(stream: Stream | OwnStream, field: str) -> tuple[str, ...]:
    """Return a field's names in all layouts; a column has the first of them that a document has."""
    return names_in_both(stream.declared, field) if isinstance(stream, Stream) else (field,)
