"""Every stream's table: types, targets, and documents from whatever a record may hold."""

import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1ecs.ecs.codegen.compiler import source_of
from s1ecs.ecs.field_catalog import exported_fields, index_type, known_types
from s1ecs.ecs.layouts import names_in_both
from s1ecs.ecs.table import FieldRow
from s1ecs.records import dumps, record_from_line
from s1ecs.streams import STREAMS, Stream

# Every stream, and again in layout 2 those that have other rows there.
VARIANTS = {
    **STREAMS,
    **{
        f"{name}-layout-2": stream.complete(2)
        for name, stream in STREAMS.items()
        if stream.complete(2).table.rows != stream.table.rows
    },
}
MAPPERS = {id(stream): stream.mapper() for stream in VARIANTS.values()}
KEEPING = {id(stream): stream.mapper(keep_duplicates=True) for stream in VARIANTS.values()}
ALL = pytest.mark.parametrize("stream", VARIANTS.values(), ids=VARIANTS)

_TEXTS = {"keyword", "wildcard", "match_only_text", "text"}
TYPES_OF_KIND = {
    "boolean": {"boolean"},
    "date": {"date"},
    "double": {"double", "float"},
    "float": {"double", "float"},
    "ip": {"ip"},
    "joined": {"keyword"},
    "keyword": _TEXTS,
    "long": {"long"},
    "lower case": {"keyword"},
    "os type": {"keyword"},
    "text": _TEXTS,
}


@ALL
def test_every_target_has_a_fitting_type(stream: Stream) -> None:
    """Every target can hold what its row delivers, unless the row itself says how it is indexed."""
    for row in stream.table.rows:
        for target in row.targets:
            if row.kind in TYPES_OF_KIND and not (row.index_type and target == row.target):
                assert index_type(row, target, stream.layout) in TYPES_OF_KIND[row.kind], (target, row.kind)


@ALL
def test_every_field_is_of_ecs_or_our_own(stream: Stream) -> None:
    """An exported field is one of the layout's ECS with its type, a custom one, or lies under sentinel_one."""
    constant = {"event.dataset", "event.module"}
    for field in exported_fields(stream.table):
        if field.name.startswith("sentinel_one.") or field.name == "input.type":
            continue
        assert field.name in known_types(stream.layout), field.name
        assert field.type == known_types(stream.layout)[field.name] or field.name in constant, field


@ALL
def test_no_target_is_set_twice_or_inside_another(stream: Stream) -> None:
    """No row can collide with another: equal targets only where the row says so, and none is another's parent."""
    rows = stream.table.rows
    targets = [target for row in rows for target in (*row.targets, *dict.fromkeys(_beside(row)))]
    allowed = {target for row in rows if row.overwrites or row.only_if_unset or row.as_list for target in row.targets}
    twice = {target for target in targets if targets.count(target) > 1}
    assert twice <= allowed
    assert not [(one, other) for one in targets for other in targets if other.startswith(f"{one}.")]


def _beside(row: FieldRow) -> list[str]:
    return [inner.name for inner in row.inner if not inner.name.startswith((".", "related."))]


@ALL
def test_no_exported_field_lies_inside_another(stream: Stream) -> None:
    """An index template can hold all fields: none is a value and an object at once."""
    names = [field.name for field in exported_fields(stream.table)]
    assert not [(one, other) for one in names for other in names if other.startswith(f"{one}.")]


@ALL
def test_every_exported_field_says_what_it_means(stream: Stream) -> None:
    """Each field has a description of its own words, ending like a sentence."""
    assert not [field for field in exported_fields(stream.table) if not field.meaning.endswith(".")]


@ALL
def test_columns_of_the_view_are_exported(stream: Stream) -> None:
    """Each column of a view, and each field of the search, is a field that documents of each layout can have."""
    names = {field.name for field in exported_fields(stream.table)}
    columns = [column.field for column in (*stream.view, *stream.stored.panels, *stream.stored.gathered)]
    assert not [field for field in columns if names.isdisjoint(names_in_both(stream.declared, field))]


@ALL
def test_duplicates_name_what_rows_set(stream: Stream) -> None:
    """A duplicate field is a field of the stream's own documents; a mistyped one would remove nothing."""
    names = {field.name for field in exported_fields(stream.table)}
    assert not [field for field in stream.table.duplicates if field.replace("[]", "") not in names]


@ALL
def test_generated_text_is_stable(stream: Stream) -> None:
    """The same table gives the same function, byte for byte."""
    assert source_of(stream.table) == source_of(stream.table)


@cache
def _paths(name: str) -> list[str]:
    """Where rows read, in the record's spelling; no path lies inside another."""
    stream = STREAMS[name]
    named = {row.source for row in stream.table.rows if row.source} | _inside(stream)
    return sorted(path for path in named if not any(other.startswith(f"{path}.") for other in named))


def _inside(stream: Stream) -> set[str]:
    """The fields that a row says to find in its own value."""
    return {
        ".".join(filter(None, (row.source, inner.source or inner.name.removeprefix("."))))
        for row in stream.table.rows
        for inner in row.inner
        if inner.source != ""
    }


def _put(around: Any, steps: list[str], value: Any, as_list: Iterator[bool]) -> Any:
    """`around` with a value at a path; an object on the way may be the member of a list."""
    if not steps:
        return value
    inner = around if isinstance(around, dict) else around[0] if isinstance(around, list) and around else {}
    inner = inner if isinstance(inner, dict) else {}
    inner[steps[0]] = _put(inner.get(steps[0]), steps[1:], value, as_list)
    return [inner] if isinstance(around, list) or (around is None and next(as_list)) else inner


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=())),
    st.sampled_from(["", "0", "Low", "windows", "192.0.2.1", "2018-02-27T04:49:26.257525Z", "true", "\ud800", "a,b"]),
    st.sampled_from([10**30, -(2**63) - 1, 2**64, 1e300]),
    st.just("x" * 70_000),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=8,
)


def _records(stream: Stream) -> st.SearchStrategy[dict[str, Any]]:
    """Records in which anything stands at some of the places that the stream's rows read."""

    def record(values: list[tuple[str, Any]], lists: list[bool]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for number, (path, value) in enumerate(values):
            first, *steps = path.split(".")
            made[first] = _put(made.get(first), steps, value, iter(lists[number:] + [False] * 9))
        return made

    places = st.sampled_from(_paths(stream.name))
    return st.builds(
        record, st.lists(st.tuples(places, ANYTHING), max_size=12), st.lists(st.booleans(), min_size=12, max_size=12)
    )


@ALL
@settings(max_examples=100)
@given(data=st.data())
def test_any_record_becomes_one_document(stream: Stream, data: st.DataObject) -> None:
    """Whatever stands in the fields: one JSON document without empties, an id, and the record as it was."""
    line = record_from_line(json.dumps(data.draw(_records(stream))).encode())
    before = copy.deepcopy(line.value)
    mapped = MAPPERS[id(stream)].map(line)
    document = json.loads(dumps(mapped.document))
    assert len(MAPPERS[id(stream)].identify(line)) == 28
    assert before == line.value
    assert not list(_empties(document))
    assert mapped.failed == (document["event"].get("kind") == "pipeline_error")
    assert all(document["error"]["message"]) if "error" in document else not mapped.failed
    assert not mapped.failed or document["error"]
    assert not (stream.table.bad_value_fails and "error" in document) or mapped.failed
    known = {field.name for field in exported_fields(stream.table)} | {row.target for row in stream.table.rows}
    assert not [path for path in _leaves(document) if not any(f"{path}.".startswith(f"{name}.") for name in known)]


@ALL
@settings(max_examples=40)
@given(data=st.data())
def test_duplicates_are_the_only_difference(stream: Stream, data: st.DataObject) -> None:
    """Without its duplicate fields a document is the same but for them and for objects that held nothing else."""
    line = record_from_line(json.dumps(data.draw(_records(stream))).encode())
    kept = json.loads(dumps(KEEPING[id(stream)].map(line).document))
    for field in stream.table.duplicates:
        _remove(kept, field.replace("[]", ".[]").split("."))
    assert _pruned(kept) == json.loads(dumps(MAPPERS[id(stream)].map(line).document))


def _remove(value: Any, steps: list[str]) -> None:
    step, *further = steps
    if step == "[]":
        for member in value if isinstance(value, list) else []:
            _remove(member, further)
    elif isinstance(value, dict) and not further:
        value.pop(step, None)
    elif isinstance(value, dict) and step in value:
        _remove(value[step], further)


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: kept for key, member in value.items() if (kept := _pruned(member)) not in ({}, [])}
    if isinstance(value, list):
        return [kept for member in value if (kept := _pruned(member)) not in ({}, [])]
    return value


@ALL
@pytest.mark.parametrize("opening", ["[", '{"k":'])
@pytest.mark.parametrize("depth", [120, 1010])
def test_no_depth_breaks_a_mapper(stream: Stream, depth: int, opening: str) -> None:
    """Nesting at any place that rows read, down to what the parser takes, gives a document and an id."""
    inside = opening * depth + "123456789012345678901234567890" + {"[": "]"}.get(opening, "}") * depth
    for path in _paths(stream.name):
        steps = path.split(".")
        record = record_from_line(("".join(f'{{"{step}":' for step in steps) + inside + "}" * len(steps)).encode())
        assert json.loads(dumps(MAPPERS[id(stream)].map(record).document))["ecs"]
        assert len(MAPPERS[id(stream)].identify(record)) == 28


def _empties(value: Any) -> Iterator[Any]:
    if value is None or value in ("", [], {}):
        yield value
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for member in members:
        yield from _empties(member)


def _leaves(value: dict[str, Any], around: str = "") -> Iterator[str]:
    for key, member in value.items():
        if isinstance(member, dict):
            yield from _leaves(member, f"{around}{key}.")
        else:
            yield f"{around}{key}"
