"""What is redacted is nowhere in a document, for every stream.

Markers are put wherever a table reads; those that show in a field without redaction, and those at the places that its
rows name, must be nowhere once the field is redacted.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from s1ecs.ecs.envelope import FIELDS
from s1ecs.ecs.field_catalog import exported_fields
from s1ecs.ecs.redaction import Redaction
from s1ecs.records import dumps
from s1ecs.streams import STREAMS, Stream
from tests.unit.mappers import mapper_of

from .documents import record_of, sealed


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document with the name of its field."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _flat(member, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for member in value:
            yield from _flat(member, name)
    else:
        yield name, str(value)


def _beneath(name: str, field: str) -> bool:
    return f"{name}.".startswith(f"{field}.")


def _placeless(stream: Stream) -> set[str]:
    """Fields that no single place of the record makes."""
    rows = stream.table.rows
    made = {row.target for row in rows if row.kind in {"template", "constant"} or (row.function and not row.source)}
    return made | {
        f"{row.target}{inner.name}" if inner.name.startswith(".") else inner.name
        for row in rows
        for inner in row.inner
        if inner.source == ""
    }


def _inner(stream: Stream) -> Iterator[tuple[str, str]]:
    """The full names of inner fields and the paths that they come from."""
    for row in stream.table.rows:
        for inner in row.inner:
            name = f"{row.target}{inner.name}" if inner.name.startswith(".") else inner.name
            source = inner.name.removeprefix(".") if inner.source is None else inner.source
            if source:
                yield name, f"{row.source}.{source}".removeprefix(".")


@cache
def _places(name: str) -> list[str]:
    """Every path that the stream's table reads, without those that others lie beneath."""
    stream = STREAMS[name]
    rows = stream.table.rows
    paths = {f"{row.source}.leftover" if row.kind == "rest" else row.source for row in rows}
    paths |= {path for _, path in _inner(stream)}
    return sorted(path for path in paths if path and not any(other.startswith(f"{path}.") for other in paths))


SHAPES: Mapping[str, Callable[[str], Any]] = {
    "text": str,
    "list": lambda text: [text],
    "object": lambda text: {"k": text},
}


def _marked(stream: Stream, shape: str, *, lists: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """A record with a text of its own at every place, and the places by text; with `lists` objects lie in lists."""
    record: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for number, path in enumerate(_places(stream.name)):
        text = f"<{number}>"
        texts[text] = path
        *around, last = path.split(".")
        part = record
        for step in around:
            part = part.setdefault(step, {})
        part[last] = SHAPES[shape](text)
    for path in sorted({row.source for row in stream.table.rows if lists and row.inner and row.source}):
        _make_list(record, path.split("."))
    return record, texts


def _make_list(part: Any, steps: list[str]) -> None:
    for step in steps[:-1]:
        part = part[step]
    if isinstance(part, dict):
        part[steps[-1]] = [part[steps[-1]]]


ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(st.characters(exclude_categories=())),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
OUTSIDE = {field.name for field in FIELDS}


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
@settings(max_examples=150)
@given(data=st.data(), shape=st.sampled_from(sorted(SHAPES)), lists=st.booleans())
def test_a_redacted_field_is_nowhere(stream: Stream, data: st.DataObject, shape: str, *, lists: bool) -> None:
    """Whatever field of a stream is named: no text that it would hold is anywhere in the document."""
    names = sorted({each.name for each in exported_fields(stream.table)} - OUTSIDE - {"@timestamp"})
    names = [name for name in names if not name.startswith("related.")]
    field = data.draw(st.sampled_from(names))
    if "." in field and data.draw(st.booleans()):
        field = field.rpartition(".")[0]
    assume(not any(_beneath(name, field) or _beneath(field, name) for name in _placeless(stream) if name))
    raw, places = _marked(stream, shape, lists=lists)
    mapper = mapper_of(stream.name, keep_duplicates=True)

    shown = mapper.map(record_of(raw)).document
    sources = {path for name, path in _inner(stream) if _beneath(name, field)} | {
        f"{row.source}.leftover" if row.kind == "rest" else row.source
        for row in stream.table.rows
        if row.source and any(_beneath(target, field) for target in row.targets)
    }
    forbidden = {text for name, value in _flat(shown) if _beneath(name, field) for text in places if text in value}
    forbidden |= {text for text, path in places.items() if any(_beneath(path, source) for source in sources)}

    redaction = Redaction(stream.table, [field])
    stripped = redaction.strip(record_of(raw))
    document = dumps(sealed(redaction, mapper.map(stripped.record), stripped)).decode()
    assert not [(text, places[text]) for text in forbidden if text in document]
    assert stripped.record.value == record_of(raw).value or forbidden


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
@settings(max_examples=60)
@given(data=st.data(), shape=st.sampled_from(sorted(SHAPES)))
def test_redaction_never_fails(stream: Stream, data: st.DataObject, shape: str) -> None:
    """Whatever stands in a record and whatever is named: one document of JSON, without the named field."""
    raw, _ = _marked(stream, shape, lists=True)
    keys = st.sampled_from(sorted(raw)) | st.text(max_size=4)
    raw |= data.draw(st.dictionaries(keys, ANYTHING, max_size=6))
    names = sorted({each.name for each in exported_fields(stream.table)})
    fields = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
    redaction = Redaction(stream.table, fields)
    stripped = redaction.strip(record_of(raw))
    document = json.loads(dumps(sealed(redaction, mapper_of(stream.name).map(stripped.record), stripped)))
    assert not [name for name, _ in _flat(document) for field in fields if _beneath(name, field)]
