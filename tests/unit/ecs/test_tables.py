"""Every stream's table: types, targets, and documents from whatever a record may hold."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1ecs.ecs.compiler import source_of
from s1ecs.ecs.exported import ecs_types, exported_fields, index_type
from s1ecs.records import dumps, record_from_line
from s1ecs.streams import STREAMS, Stream

MAPPERS = {stream.name: stream.mapper() for stream in STREAMS.values()}
ALL = pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)

TYPES_OF_KIND = {
    "keyword": {"keyword", "wildcard", "match_only_text", "text"},
    "os type": {"keyword"},
    "date": {"date"},
    "long": {"long"},
    "ip": {"ip"},
    "boolean": {"boolean"},
}


@ALL
def test_every_target_has_the_type_of_ecs(stream: Stream) -> None:
    """Every ECS target can hold what its row delivers; every other target lies under sentinel_one."""
    for row in stream.table.rows:
        for target in row.targets:
            assert target in ecs_types() or target.startswith("sentinel_one."), target
            if row.kind in TYPES_OF_KIND:
                assert index_type(row, target) in TYPES_OF_KIND[row.kind], (target, row.kind)


@ALL
def test_no_target_is_set_twice_or_inside_another(stream: Stream) -> None:
    """No row can collide with another: equal targets only where the row says so, and none is another's parent."""
    targets = [target for row in stream.table.rows for target in row.targets]
    allowed = {target for row in stream.table.rows if row.overwrites or row.only_if_unset for target in row.targets}
    twice = {target for target in targets if targets.count(target) > 1}
    assert twice <= allowed
    assert not [(one, other) for one in targets for other in targets if other.startswith(f"{one}.")]


@ALL
def test_every_exported_field_says_what_it_means(stream: Stream) -> None:
    """Each field has a description of its own words, ending like a sentence."""
    assert not [field for field in exported_fields(stream.table) if not field.meaning.endswith(".")]


@ALL
def test_columns_of_the_view_are_exported(stream: Stream) -> None:
    """A view asks only for fields that documents can have."""
    names = {field.name for field in exported_fields(stream.table)}
    assert not [column for column in stream.view if column.field not in names]


@ALL
def test_generated_text_is_stable(stream: Stream) -> None:
    """The same table gives the same function, byte for byte."""
    assert source_of(stream.table) == source_of(stream.table)


def _sources(stream: Stream) -> Iterator[str]:
    return (row.source for row in stream.table.rows if row.source)


def _record(values: dict[str, Any]) -> dict[str, Any]:
    """A record with values at dotted paths."""
    record: dict[str, Any] = {}
    for path, value in values.items():
        *around, last = path.split(".")
        part = record
        for step in around:
            part = part.setdefault(step, {})
        part[last] = value
    return record


ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=())),
        st.sampled_from(["", "0", "Low", "windows", "192.0.2.1", "2018-02-27T04:49:26.257525Z", "true", "\ud800"]),
        st.just("x" * 70_000),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=8,
)


@ALL
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_record_becomes_one_document(stream: Stream, data: st.DataObject) -> None:
    """Whatever stands in the fields: one JSON document without empties, an id, texts only for bad values."""
    paths = st.sampled_from(sorted(set(_sources(stream))))
    record = _record(data.draw(st.dictionaries(paths, ANYTHING, max_size=12)))
    line = record_from_line(json.dumps(record).encode())
    mapped = MAPPERS[stream.name].map(line)
    document = json.loads(dumps(mapped.document))
    assert len(MAPPERS[stream.name].identify(line)) == 28
    assert not list(_empties(document))
    assert mapped.failed == (document["event"]["kind"] == "pipeline_error")
    assert all(document["error"]["message"]) if "error" in document else not mapped.failed


def _empties(value: Any) -> Iterator[Any]:
    if value is None or value in ("", [], {}):
        yield value
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for member in members:
        yield from _empties(member)
