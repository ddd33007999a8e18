"""Columns of the store's views with their types, which are those of the stream's fields."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from s1ecs.ecs.field_catalog import exported_fields
from s1ecs.errors import UsageError
from s1ecs.settings.raw_values import nearest
from s1ecs.streams import STREAMS, Stream, response_action
from s1ecs.streams.column_fields import column_fields
from s1ecs.streams.response_action import OwnStream

if TYPE_CHECKING:
    from s1ecs.outputs.parquet.columns import ColumnType

# Every other type is text: keywords, addresses, and values that may be of any kind.
_TYPES: Mapping[str, "ColumnType"] = MappingProxyType(
    {
        "boolean": "boolean",
        "byte": "integer",
        "date": "time",
        "double": "number",
        "float": "number",
        "half_float": "number",
        "integer": "integer",
        "long": "integer",
        "scaled_float": "number",
        "short": "integer",
    }
)

# Name, type and fields of a column, before pyarrow is needed.
Typed = tuple[str, "ColumnType", tuple[str, ...]]

_AROUND: Sequence[Typed] = (("console", "text", ()), ("id", "text", ()), ("document", "text", ()))


@cache
def typed_views() -> Mapping[str, Sequence[Typed]]:
    """Return the columns of each view, in its order, by its name."""
    made: dict[str, Sequence[Typed]] = {}
    for stream in STREAMS.values():
        made[stream.name] = _columns(stream, latest=False)
        if stream.latest_view:
            made[stream.latest_view] = _columns(stream, latest=True)
    own = response_action.STREAM
    made[own.name] = _columns(own, latest=False)
    return MappingProxyType(made)


def _columns(stream: Stream | OwnStream, *, latest: bool) -> Sequence[Typed]:
    types = {each.name: each.type for each in exported_fields(stream.table)}
    own: list[Typed] = [
        (each.name, _TYPES.get(types.get(each.field, ""), "text"), column_fields(stream, each.field))
        for each in stream.view
    ]
    gone: list[Typed] = [("gone", "boolean", ())] if latest else []
    return [("time", "time", ("@timestamp",)), *own, *gone, *_AROUND]


def columns_of(view: str) -> Sequence[Typed]:
    """Return the columns of a view; of an unknown one, such as that of a later s1ecs, those that every view has."""
    return typed_views().get(view, [("time", "time", ("@timestamp",)), *_AROUND])


def require_view(name: str) -> str:
    """Return the name of a view; raise UsageError for an unknown one."""
    views = typed_views()
    if name in views:
        return name
    guess = nearest(name, views)
    raise UsageError(
        f"no stream or view named {name!r}; {f'did you mean {guess}? ' if guess else ''}available: {', '.join(views)}"
    )
