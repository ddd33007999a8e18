"""The kinds of value, each good and bad form of the specification."""

from typing import Any

import pytest

from s1ecs.ecs import empties, values
from s1ecs.ecs.values import Bad, WholeRecordFailure
from s1ecs.records import ExactFloat, ExactInteger


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018-02-27T04:49:26.257525Z", "2018-02-27T04:49:26.257Z"),
        ("2018-02-27T04:49:26.999999Z", "2018-02-27T04:49:26.999Z"),
        ("2018-02-27T04:49:26.257525123Z", "2018-02-27T04:49:26.257Z"),
        ("2018-02-27T04:49:26.2Z", "2018-02-27T04:49:26.200Z"),
        ("2018-02-27T04:49:26,25Z", "2018-02-27T04:49:26.250Z"),
        ("2018-02-27T04:49:14Z", "2018-02-27T04:49:14.000Z"),
        ("2018-02-27T04:49Z", "2018-02-27T04:49:00.000Z"),
        ("2018-02-27T04:49", "2018-02-27T04:49:00.000Z"),
        ("2018-02-27", "2018-02-27T00:00:00.000Z"),
        ("2018-02-27T04:49:26.25+05:30", "2018-02-26T23:19:26.250Z"),
        ("2018-02-27T04:49:26-0130", "2018-02-27T06:19:26.000Z"),
        ("2018-02-27T04:49:26+02", "2018-02-27T02:49:26.000Z"),
        ("2016-02-29T00:00:00.000000Z", "2016-02-29T00:00:00.000Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
    ],
)
def test_date_good(text: str, expected: str) -> None:
    """Every ISO 8601 form becomes UTC with milliseconds; what is finer is cut, not rounded."""
    assert expected == values.date(text)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "2018-02-30T04:49:26.257525Z",
        "2018-02-27T24:00:00.000000Z",
        "2018-02-27T04:60:00.000000Z",
        "2018-02-27T04:49:26.Z",
        "2018-02-27T04:49:26.2575251234Z",
        "2018-02-27 04:49:26.257525Z",
        "2018-W09-2T04:49:26.257525Z",
        "20180227T044926Z",
        "2018-02-27T04:49:26+19:00",
        "2018-02-27T04:49:26+05:60",
        "0001-01-01T00:00:00+01:00",
        "2018-02-27T04:49:26.257525z",
        "2018-02-27T04:49:26.2575\u0662\u0665Z",
        1519706966,
        1.5,
        True,
        ["2018-02-27"],
        {"a": 1},
    ],
)
def test_date_bad(value: Any) -> None:
    """What is no ISO 8601 text in the calendar is bad, with the whole value in the text."""
    with pytest.raises(Bad) as raised:
        values.date(value)
    assert f"unable to parse date [{values.shown(value)}]" == str(raised.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1234, 1234),
        (0, 0),
        ("1234", 1234),
        ("-7", -7),
        ("+7", 7),
        ("007", 7),
        ("0x1F", 31),
        ("-0x1f", -31),
        ("9223372036854775807", 2**63 - 1),
        (-(2**63), -(2**63)),
        (["1", 2], [1, 2]),
        ([], None),
    ],
)
def test_long_good(value: Any, expected: Any) -> None:
    """Integers, their text in decimal or 0x form, and lists of them are numbers."""
    assert expected == values.long(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("abc", "abc"),
        ("12.0", "12.0"),
        (12.0, "12.0"),
        (1.5, "1.5"),
        (ExactFloat("1.50"), "1.50"),
        (True, "true"),
        ("9223372036854775808", "9223372036854775808"),
        (2**63, "9223372036854775808"),
        (ExactInteger("99999999999999999999"), "99999999999999999999"),
        ("\u0661", "\u0661"),
        ("1_000", "1_000"),
        (" 1", " 1"),
        ("0x", "0x"),
        (["1", "x"], "x"),
        ([None], "null"),
        ({"a": 1}, '{"a":1}'),
    ],
)
def test_long_bad(value: Any, shown: str) -> None:
    """Fractions, words, true, and what 64 bits can't hold are bad; in a list the bad member alone is named."""
    with pytest.raises(Bad) as raised:
        values.long(value)
    assert f'For input string: "{shown}"' == str(raised.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (False, False), ("TRUE", True), ("false", False), (["True", False], [True, False])],
)
def test_boolean_good(value: Any, expected: Any) -> None:
    """True, false and these words in any letter case."""
    assert expected == values.boolean(value)


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (1, "1"), ("yes", "yes"), ("", ""), ([True, 1], "1")])
def test_boolean_bad(value: Any, shown: str) -> None:
    """Numbers and other words are no booleans."""
    with pytest.raises(Bad) as raised:
        values.boolean(value)
    assert f"[{shown}] is not a boolean value, cannot convert to boolean" == str(raised.value)


@pytest.mark.parametrize(
    "value",
    ["81.2.69.142", "0.0.0.0", "255.255.255.255", "::", "2001:DB8::1", "::ffff:192.0.2.1", ["192.0.2.1", "::1"]],
)
def test_ip_good(value: Any) -> None:
    """An address stays exactly as it is written."""
    assert value == values.ip(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("81.2.69.x", "81.2.69.x"),
        ("81.2.69", "81.2.69"),
        ("81.2.69.256", "81.2.69.256"),
        ("81.2.69.01", "81.2.69.01"),
        ("81.2.69.1\n", "81.2.69.1\n"),
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("192.0.2.1,192.0.2.2", "192.0.2.1,192.0.2.2"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("\u0661.2.3.4", "\u0661.2.3.4"),
        ("::\0", "::\0"),
        (3232235777, "3232235777"),
        (["192.0.2.1", None], "null"),
    ],
)
def test_ip_bad(value: Any, shown: str) -> None:
    """Networks, lists in a text, zones and numbers are no addresses."""
    with pytest.raises(Bad) as raised:
        values.ip(value)
    assert f"'{shown}' is not an IP string literal." == str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("windows_legacy", "windows"),
        ("Windows 10 Pro", "windows"),
        ("LINUX", "linux"),
        ("macos", "macos"),
        ("osx", None),
        ("", None),
    ],
)
def test_os_type(text: str, expected: str | None) -> None:
    """The first of the ECS words that the text contains, else nothing."""
    assert expected == values.os_type(text)


def test_os_type_not_text() -> None:
    """An operating system that is no text fails the whole record, as upstream's lower-casing does."""
    with pytest.raises(WholeRecordFailure, match=r"^\[7\] is not text$"):
        values.os_type(7)


def test_whole_removes_empties_inside_out() -> None:
    """Nulls, empty texts, objects and lists go, also those that become empty; 0 and false stay."""
    value = {"a": None, "b": "", "c": {"d": [{}, [""]]}, "e": [0, False, None, "x"], "f": {"g": 0}}
    assert empties.whole(value, []) == {"e": [0, False, "x"], "f": {"g": 0}}


def test_whole_leaves_out_what_a_double_cannot_hold() -> None:
    """A number beyond a double is a bad value, wherever it stands."""
    problems: list[str] = []
    assert empties.whole({"a": ExactFloat("1e400"), "b": 1}, problems) == {"b": 1}
    assert problems == ['For input string: "1e400"']


def test_text_form_is_javas() -> None:
    """Objects and lists are written as Java writes them, numbers and true/false as JSON does."""
    assert values.text_form({"key": "value", "k": ["a", 1, True]}) == "{key=value, k=[a, 1, true]}"
