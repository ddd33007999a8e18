"""The kinds of value, each good and bad form of the specification."""

from typing import Any

import pytest

from s1ecs.ecs import converters, dates
from s1ecs.ecs.converters import Bad, WholeRecordFailure
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
    assert expected == dates.date(text)


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
        dates.date(value)
    assert f"unable to parse date [{converters.shown(value)}]" == str(raised.value)


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
    assert expected == converters.long(value)


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
        converters.long(value)
    assert f'For input string: "{shown}"' == str(raised.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (False, False), ("TRUE", True), ("false", False), (["True", False], [True, False])],
)
def test_boolean_good(value: Any, expected: Any) -> None:
    """True, false and these words in any letter case."""
    assert expected == converters.boolean(value)


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (1, "1"), ("yes", "yes"), ("", ""), ([True, 1], "1")])
def test_boolean_bad(value: Any, shown: str) -> None:
    """Numbers and other words are no booleans."""
    with pytest.raises(Bad) as raised:
        converters.boolean(value)
    assert f"[{shown}] is not a boolean value, cannot convert to boolean" == str(raised.value)


@pytest.mark.parametrize(
    "value",
    ["81.2.69.142", "0.0.0.0", "255.255.255.255", "::", "2001:DB8::1", "::ffff:192.0.2.1", ["192.0.2.1", "::1"]],
)
def test_ip_good(value: Any) -> None:
    """An address stays exactly as it is written."""
    assert value == converters.ip(value)


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
        converters.ip(value)
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
    assert expected == converters.os_type(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018-2-7T4:09:06Z", "2018-02-07T04:09:06.000Z"),
        ("2018-2-7", "2018-02-07T00:00:00.000Z"),
        ("2018-12-27T14:49:26.25+05:30", "2018-12-27T09:19:26.250Z"),
        ("2018-02-27T04:49:26.257525Z", "2018-02-27T04:49:26.257Z"),
    ],
)
def test_lenient_date(text: str, expected: str) -> None:
    """Months, days and hours may have one digit, all else is as in any date."""
    assert expected == dates.lenient_date(text)


@pytest.mark.parametrize("value", ["2018-2-7T4:9:06Z", "2018-2-7T4:09:6Z", "2018-2-30", "18-2-7", "2018-2-7T24:00Z", 7])
def test_lenient_date_bad(value: Any) -> None:
    """Minutes and seconds have two digits, years four, and the calendar holds."""
    with pytest.raises(Bad, match=r"^unable to parse date \["):
        dates.lenient_date(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("7.00", 7.0),
        ("-1.5E+3", -1500.0),
        (".5", 0.5),
        ("5.", 5.0),
        (7, 7.0),
        (7.1, 7.1),
        (1e300, 1e300),
        (ExactFloat("1.50"), 1.5),
        (ExactInteger("123456789012345678901234567890"), 1.2345678901234568e29),
        ([1, "2.5"], [1.0, 2.5]),
        ([], None),
    ],
)
def test_double_good(value: Any, expected: Any) -> None:
    """Numbers and their texts are numbers with a fraction, members of lists too."""
    got = converters.double(value)
    assert expected == got
    assert type(got) in {float, list, type(None)}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", "empty String"),
        ("abc", 'For input string: "abc"'),
        ("NaN", 'For input string: "NaN"'),
        ("Infinity", 'For input string: "Infinity"'),
        ("1_0", 'For input string: "1_0"'),
        (" 1", 'For input string: " 1"'),
        ("7.5d", 'For input string: "7.5d"'),
        ("1e400", 'For input string: "1e400"'),
        (ExactFloat("1e400"), 'For input string: "1e400"'),
        (ExactInteger("9" * 400), f'For input string: "{"9" * 400}"'),
        (True, 'For input string: "true"'),
        ({"a": 1}, 'For input string: "{"a":1}"'),
        ([1, "x", "y"], 'For input string: "x"'),
        ([1, None], 'For input string: "null"'),
    ],
)
def test_double_bad(value: Any, text: str) -> None:
    """Words, true, and what a double can't hold are bad."""
    for convert in (converters.double, converters.float32):
        with pytest.raises(Bad) as raised:
            convert(value)
        assert text == str(raised.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("7.1", 7.1),
        (7.123456789, 7.123457),
        (16777217, 16777216.0),
        ("0.1", 0.1),
        ("3.4028235e38", 3.4028235e38),
        (0, 0.0),
        (["7.1"], [7.1]),
    ],
)
def test_float_is_named_with_the_fewest_digits(value: Any, expected: Any) -> None:
    """A number is rounded to 32 bits and written with no more digits than tell it from its neighbours."""
    assert expected == converters.float32(value)


def test_float_beyond_its_range() -> None:
    """What 32 bits can't hold is bad, though 64 could."""
    with pytest.raises(Bad, match=r'^For input string: "1e39"$'):
        converters.float32("1e39")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", ["192.0.2.1"]),
        ("192.0.2.1,2001:DB8::1", ["192.0.2.1", "2001:DB8::1"]),
        ("192.0.2.1,,", ["192.0.2.1"]),
        (",,", None),
    ],
)
def test_ip_list(text: str, expected: Any) -> None:
    """A text is split at its commas, empty pieces at its end don't count."""
    assert expected == converters.ip_list(text)


@pytest.mark.parametrize(("text", "shown"), [("192.0.2.1, ::1", " ::1"), (",::1", ""), ("::1,,::2", ""), ("a,b", "a")])
def test_ip_list_bad(text: str, shown: str) -> None:
    """One bad piece makes the whole text bad, and is named; blanks belong to their piece."""
    with pytest.raises(Bad) as raised:
        converters.ip_list(text)
    assert f"'{shown}' is not an IP string literal." == str(raised.value)


def test_os_type_not_text() -> None:
    """An operating system that is no text fails the whole record, as upstream's lower-casing does."""
    with pytest.raises(WholeRecordFailure, match=r"^\[7\] is not text$"):
        converters.os_type(7)
