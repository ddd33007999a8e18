"""Columns whose values are truth values; the store keeps them as numbers."""

from functools import cache
from typing import Any

from s1ecs.ecs.field_catalog import exported_fields
from s1ecs.streams import STREAMS, response_action


@cache
def truth_columns(stream: str) -> frozenset[str]:
    """Return the names of the columns of a stream that hold true or false."""
    found = STREAMS.get(stream, response_action.STREAM)
    truths = {each.name for each in exported_fields(found.table) if each.type == "boolean"}
    return frozenset(each.name for each in (*found.view, *found.stored.panels) if each.field in truths)


def typed(stream: str, column: str, value: Any) -> Any:
    """Return a value of the store as the document has it."""
    return bool(value) if value in (0, 1) and column in truth_columns(stream) else value
