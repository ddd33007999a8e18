import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1ecs.records import TOO_DEEP, NotJSON, Record, canonical, exact, record_from_line
from s1ecs.sentinelone import incremental_parser
from s1ecs.sentinelone.incremental_parser import ParsedPage, reading
from s1ecs.slices import at_once

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=()))
    | st.sampled_from([10**30, 2**63, 2**64, "\ud800", 10**400]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def by_element(text: bytes) -> ParsedPage:
    """What is read of a text that counts as long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(incremental_parser, "_SHORT", 0)
        return at_once(reading(text))


def same(one: Record, other: Record) -> bool:
    """Whether two records say the same, exactly."""
    return (canonical(one.value), canonical(one.exact()), one.flaws) == (
        canonical(other.value),
        canonical(other.exact()),
        other.flaws,
    )


@settings(max_examples=300)
@given(records=st.lists(JSON, max_size=6), beside=JSON, indent=st.sampled_from([None, 1]))
def test_each_element_is_read_as_a_line_by_itself(records: list[Any], beside: Any, indent: int | None) -> None:
    """Element by element a list holds what the same texts say as lines of their own."""
    text = json.dumps({"pagination": beside, "data": records, "after": [beside]}, indent=indent).encode()
    page = by_element(text)
    found = page.lists[("data",)]
    assert page.content["data"] == [record.value for record in found]
    assert len(found) == len(records)
    for record, value in zip(found, records, strict=True):
        assert same(record, record_from_line(json.dumps(value).encode()))


@settings(max_examples=200)
@given(value=JSON)
def test_any_text_says_what_it_says_at_once(value: Any) -> None:
    """What the fast parser takes is the same in both ways, whatever it is."""
    text = json.dumps(value).encode()
    try:
        expected = orjson.loads(text)
    except orjson.JSONDecodeError:
        assert canonical(by_element(text).content)
    else:
        assert canonical(by_element(text).content) == canonical(expected)


@pytest.mark.parametrize("opening", ["[", '{"k":'])
@pytest.mark.parametrize("depth", [150, 980, 1010, 1500, 100_000])
def test_an_element_of_any_depth_costs_the_others_nothing(depth: int, opening: str) -> None:
    """An element that no parser takes is its own text, with the reason; those beside it are read."""
    deep = opening * depth + r'"]}\"\\"' + {"[": "]"}.get(opening, "}") * depth
    page = at_once(reading(f'{{"data":[{{"id":1}},{deep},{{"id":2}}]}}'.encode()))
    if page.lists:
        first, odd, last = page.lists[("data",)]
        assert (first.value, last.value) == ({"id": 1}, {"id": 2})
        assert (odd.value == deep) == (TOO_DEEP in odd.flaws)
    else:
        assert [page.content["data"][0], page.content["data"][2]] == [{"id": 1}, {"id": 2}]
        assert depth < 1024


BROKEN = [
    *(b"", b" ", b"{", b"[", b'{"data"', b'{"data":', b'{"data":[', b'{"data":[1', b'{"data":[1,', b'{"data":[1,]}'),
    *(b'{"data":[1}', b'{"data":[1]', b'{"data":[]]}', b"{,}", b'{"a":1,}', b"{1:2}", b'{"a" 1}', b"[1 2]", b"nul"),
    *(b'{"data":[NaN]}', b'{"data":["\x01"]}', b'{"a":[{"b":1]}', b"{}{}", b"[" * 3000, b'{"data":["' + b"[" * 3000),
]


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_json_is_none(text: bytes) -> None:
    """A text that is cut off, or else no JSON, is refused in both ways."""
    with pytest.raises(NotJSON):
        by_element(text)
    with pytest.raises(NotJSON):
        at_once(reading(text))


def test_of_a_key_that_comes_twice_the_last_counts() -> None:
    """The records are those of the list that the answer holds in the end."""
    page = by_element(b'{"data":[1,2],"data":{"alerts":{"edges":[{"node":3}],"edges":[]}}}')
    assert page.content == {"data": {"alerts": {"edges": []}}}
    assert page.lists == {("data", "alerts", "edges"): []}


@pytest.mark.parametrize("bad", [b"\xff", b"\xed\xa0\x80"])
def test_bytes_that_are_no_text_cost_their_record_alone(bad: bytes) -> None:
    """Of a page with bytes that are no UTF-8 the other records are as they are, numbers included."""
    page = at_once(reading(b'{"data":[{"a":1.50},{"a":"' + bad + b'"}]}'))
    good, odd = page.lists[("data",)]
    assert (good.value, canonical(good.exact())) == ({"a": 1.5}, b'{"a":1.50}')
    assert "\ufffd" in odd.value["a"]
    assert odd.flaws


def test_numbers_are_exact() -> None:
    """The numbers that the fast parser bends are there as they were written."""
    numbers = b"[1.50,1E2,-0.0,123456789012345678901,18446744073709551615]"
    [record] = by_element(b'{"data":[{"a":%s}]}' % numbers).lists[("data",)]
    assert canonical(record.exact()) == b'{"a":%s}' % numbers
    assert record.value == {"a": orjson.loads(numbers)}
    assert canonical(exact(numbers)) == numbers
