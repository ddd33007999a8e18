"""Redaction of a stream's documents: fields by their name in either layout."""

from collections.abc import Sequence
from functools import cache

from s1ecs.ecs.field_catalog import exported_fields
from s1ecs.ecs.layouts import names_in_both, table_of
from s1ecs.ecs.lineage import RecordPath, sources_of
from s1ecs.ecs.redaction import Redaction
from s1ecs.ecs.table import FieldTable, Layout
from s1ecs.streams import STREAMS
from s1ecs.streams.stream import Stream


def redaction_of(stream: Stream, fields: Sequence[str]) -> Redaction:
    """Make what takes fields out of the stream's documents, by their name in either layout."""
    names = dict.fromkeys(name for field in fields for name in names_in_both(stream.declared, field))
    beside = frozenset(source for field in fields for source in _in_other_layout(stream, field))
    return Redaction(stream.table, tuple(names), beside)


def has_field(name: str, field: str, layout: Layout) -> bool:
    """Return True if documents of a stream may have the field, or something beneath it, in a layout."""
    table = STREAMS[name].complete(layout).table
    return bool(sources_of(table, field)) or any(
        f"{each.name}.".startswith(f"{field}.") for each in exported_fields(table)
    )


def _in_other_layout(stream: Stream, field: str) -> frozenset[RecordPath]:
    """The places that the field's value comes from in the layout that the stream's documents do not have."""
    if stream.layout == 1:
        # A name that any stream has in layout 1 means there what it meant before there was a layout 2: a list that
        # was written for one stream must not remove more of another than it did.
        return frozenset() if _known_in_layout_1(field) else sources_of(_table(stream, 2), field)
    # Where layout 2 knows the place of a field, nobody has to guess that it may be anywhere in an object.
    return sources_of(_table(stream, 1), field, guessed=not sources_of(stream.table, field))


@cache
def _known_in_layout_1(field: str) -> bool:
    return any(has_field(name, field, 1) for name in STREAMS)


def _table(stream: Stream, layout: Layout) -> FieldTable:
    return table_of(stream.declared, layout, stream.options)
