"""JSON text in, records out, with nothing lost on the way."""

import json

import pytest

from s1ecs.records import (
    NOT_UNICODE,
    ExactFloat,
    ExactInteger,
    NotJSON,
    canonical,
    dumps,
    exact,
    read,
    record_from_line,
    settle,
)


@pytest.mark.parametrize(
    "text", [b"", b"x", b"{", b"[1,]", b"NaN", b'{"a":Infinity}', b"{'a':1}", b'"\x01"', b"// x\n1", b'{"a":1}x']
)
def test_what_is_not_json(text: bytes) -> None:
    """RFC 8259 is the measure: no NaN, no comments, no trailing commas."""
    with pytest.raises(NotJSON):
        read(text)


def test_nesting_beyond_reason_is_not_json() -> None:
    """A text nested deeper than any parser goes is refused, not a crash."""
    with pytest.raises(NotJSON):
        read(b"[" * 100_000)


def test_exact_numbers_keep_their_text() -> None:
    """Fractions, exponents and long integers are written as they were read."""
    text = b'{"a":[1.50,1e400,-0.0,123456789012345678901234567890,12,-9223372036854775808]}'
    assert dumps(exact(text)) == text
    assert canonical(exact(text)) == text


def test_exact_number_types() -> None:
    """Only what 64 bits can't hold is kept as text."""
    small, large, fraction = exact(b"[9223372036854775807, 9223372036854775808, 2.50]")
    assert (small, large, fraction) == (2**63 - 1, ExactInteger("9223372036854775808"), 2.5)
    assert isinstance(fraction, ExactFloat)


def test_canonical_sorts_by_code_point_and_escapes_only_what_must_be() -> None:
    """Keys by code point at every depth; nothing escaped that JSON does not require."""
    value = {"\U00010000": 1, "\uffff": {"b": "\u007f\u2028/\u00e9", "a": '"\\\x1f\n'}}
    expected = '{"\uffff":{"a":"\\"\\\\\\u001f\\n","b":"\u007f\u2028/\u00e9"},"\U00010000":1}'
    assert canonical(value) == expected.encode()


def test_last_of_a_repeated_key_counts() -> None:
    """By either parser the last value of a repeated key is taken."""
    assert read(b'{"a":1,"a":2}')[0] == exact(b'{"a":1,"a":2}') == {"a": 2}


@pytest.mark.parametrize("line", [b'{"a":"\\ud800x"}', b'{"a":"\xed\xa0\x80x"}', b'{"\\udfff":1}', b'{"a":"\xffx"}'])
def test_what_is_no_unicode_is_replaced_and_said(line: bytes) -> None:
    """Unpaired surrogates, escaped or raw, in values or keys, and bytes that are no UTF-8 become marks."""
    record = record_from_line(line)
    assert record.flaws == (NOT_UNICODE,)
    assert "\ufffd" in dumps(record.value).decode()
    assert dumps(record.exact()) == dumps(record.value)


def test_surrogate_pairs_are_characters() -> None:
    """A pair of escapes is one character and no flaw."""
    record = record_from_line(json.dumps({"a": "\U0001f600"}).encode())
    assert record.value == {"a": "\U0001f600"}
    assert record.flaws == ()


def test_settled_values_are_unchanged() -> None:
    """What is sound stays as it is."""
    value = {"a": ["x", 1, None, {"b": True}]}
    assert settle(value) == (value, ())


@pytest.mark.parametrize("depth", [100, 300, 900, 1000])
def test_writing_goes_as_deep_as_reading(depth: int) -> None:
    """What can be read can be written again, byte for byte, however deep it is nested."""
    text = b'{"a":[1,null],"b":' + b'["\xc3\xa9",' * depth + b"{}" + b"]" * depth + b"}"
    assert canonical(record_from_line(text).exact()) == text


def test_what_is_no_unicode_deep_down_is_replaced() -> None:
    """A surrogate below the depth that is looked at does not break the writer."""
    text = b'{"a":' + b"[" * 300 + b'"\\ud800"' + b"]" * 300 + b"}"
    assert "\ufffd" in canonical(record_from_line(text).exact()).decode()
