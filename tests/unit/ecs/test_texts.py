"""Texts made of values, and values rid of their empties."""

from typing import Any

import pytest

from s1ecs.ecs import converters, empty_values
from s1ecs.ecs.converters import Bad, Inexact, WholeRecordFailure
from s1ecs.records import ExactFloat, ExactInteger


@pytest.mark.parametrize("convert", [converters.ip_list, converters.lower_case])
@pytest.mark.parametrize(("value", "shown"), [(7, "7"), (["::1"], '["::1"]'), (True, "true")])
def test_what_needs_text_fails_the_record(convert: Any, value: Any, shown: str) -> None:
    """Splitting and lower-casing have nothing to do with what is no text, as upstream."""
    with pytest.raises(WholeRecordFailure) as raised:
        convert(value)
    assert f"[{shown}] is not text" == str(raised.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "a"),
        ("", None),
        (True, "true"),
        (12, "12"),
        (1.5, "1.5"),
        (ExactFloat("1.50"), "1.5"),
        (ExactInteger("123456789012345678901234567890"), "123456789012345678901234567890"),
        ({"key": "value", "k": ["a", None, ""]}, "{key=value, k=[a, null, ]}"),
        (["a", 1, "", {"b": 2}], ["a", "1", "{b=2}"]),
        ([], None),
    ],
)
def test_text(value: Any, expected: Any) -> None:
    """Scalars become texts, objects Java's form with all they hold, lists member by member."""
    assert expected == converters.text(value)


def test_text_bad() -> None:
    """In a list a null has no text; neither has a number beyond a double, nor what is nested too deeply."""
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    for value, text in (
        (["a", None], "[null] is not text"),
        (ExactFloat("1e400"), 'For input string: "1e400"'),
        (deep, "nested too deeply"),
    ):
        with pytest.raises(Bad) as raised:
            converters.text(value)
        assert text == str(raised.value)


@pytest.mark.parametrize(("value", "expected"), [(["a", 1, True], "a,1,true"), ([], None), ("a", None), ({}, None)])
def test_joined(value: Any, expected: str | None) -> None:
    """A list becomes its members with commas; what is no list does nothing."""
    assert expected == converters.joined(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0000.5e00.5300", "0000-5E00-5300"), ("00:50:56:8a:d6:a9", "00-50-56-8A-D6-A9"), ("a-b", "A-B")],
)
def test_mac(value: str, expected: str) -> None:
    """Separators become dashes, letters capitals; groups are not cut anew."""
    assert expected == converters.mac(value)


def test_texts_of_numbers_that_the_fast_parser_bent() -> None:
    """A text never shows a number that may have been another: the record is read again exactly."""
    for value in (1e30, [1e30], {"a": [1e30]}):
        with pytest.raises(Inexact):
            converters.shown(value)


def test_cleaned() -> None:
    """A record is rid of its empties and otherwise untouched, numbers that no double holds included."""
    beyond = ExactFloat("1e400")
    record: dict[str, Any] = {"a": "", "b": [None, {"c": []}], "d": {"e": 0, "f": False, "g": beyond}}
    assert empty_values.cleaned(record) == {"d": {"e": 0, "f": False, "g": beyond}}
    assert empty_values.cleaned({"a": ""}) is None


def test_whole_removes_empties_inside_out() -> None:
    """Nulls, empty texts, objects and lists go, also those that become empty; 0 and false stay."""
    value = {"a": None, "b": "", "c": {"d": [{}, [""]]}, "e": [0, False, None, "x"], "f": {"g": 0}}
    assert empty_values.whole(value, []) == {"e": [0, False, "x"], "f": {"g": 0}}


def test_whole_leaves_out_what_a_double_cannot_hold() -> None:
    """A number beyond a double is a bad value, wherever it stands."""
    problems: list[str] = []
    assert empty_values.whole({"a": ExactFloat("1e400"), "b": 1}, problems) == {"b": 1}
    assert problems == ['For input string: "1e400"']


def test_text_form_is_javas() -> None:
    """Objects and lists are written as Java writes them, numbers and true/false as JSON does."""
    assert converters.text_form({"key": "value", "k": ["a", 1, True]}) == "{key=value, k=[a, 1, true]}"
