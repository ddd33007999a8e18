from typing import Any

import pytest

from s1ecs.streams.conversions.snake_case import in_snake_case, snake_case


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ipV4", "ip_v4"),
        ("cmdLine", "cmd_line"),
        ("timeToResolveData", "time_to_resolve_data"),
        ("ABCdef", "abcdef"),
        ("userID", "user_id"),
        ("Name", "name"),
        ("full_name", "full_name"),
        ("", ""),
    ],
)
def test_names(key: str, name: str) -> None:
    """An underscore stands before a capital that follows no capital, except at the start; all letters are small."""
    assert snake_case(key) == name


def test_every_depth() -> None:
    """Keys are renamed at every depth, values are left alone, and what was given stays as it was."""
    value = {"aB": [{"cD": "eF"}, ["gH", {"iJ": None}]], "k": 1.5}
    assert in_snake_case(value) == {"a_b": [{"c_d": "eF"}, ["gH", {"i_j": None}]], "k": 1.5}
    assert value == {"aB": [{"cD": "eF"}, ["gH", {"iJ": None}]], "k": 1.5}


def test_key_with_at_sign() -> None:
    """Keys that hold an @ are dropped, at any depth."""
    assert in_snake_case({"@type": 1, "a": {"b@c": 2, "d": 3}}) == {"a": {"d": 3}}


@pytest.mark.parametrize(
    ("earlier", "later", "kept"),
    [
        ("x", "y", "y"),
        ("x", None, "x"),
        ("x", "", "x"),
        ("x", [{"a": ""}], "x"),
        ("x", 0, 0),
        ("x", False, False),
        (None, {}, None),
    ],
)
def test_two_keys_that_become_one(earlier: Any, later: Any, kept: Any) -> None:
    """The later counts, unless nothing of it would be left in a document."""
    assert in_snake_case({"fullName": earlier, "full_name": later}) == {"full_name": kept}


def test_nested_without_end() -> None:
    """A value that is nested deeper than any document goes is no error."""
    value: Any = "x"
    for _ in range(5_000):
        value = [{"aB": value}]
    assert in_snake_case({"cD": value, "eF": ""}).keys() == {"c_d", "e_f"}
    assert in_snake_case({"cD": "x", "c_d": value}).keys() == {"c_d"}
