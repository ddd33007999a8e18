"""Values as a person reads them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s1ecs.web.questions.list_view import severity_word
from s1ecs.web.shown_values import MOST_CHARACTERS, NOTHING, harmless, parameter, shown, values_in


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        (None, "", NOTHING),
        ("", "", NOTHING),
        (99, "severity", "critical"),
        (73.0, "severity", "high"),
        (99, "score", "99"),
        (1, "severity", "info"),
        ("odd", "severity", "odd"),
        (True, "infected", "yes"),
        (False, "", "no"),
        (0, "", "0"),
        ("2026-01-31T12:00:00.250Z", "created", "2026-01-31 12:00:00 UTC"),
        ("2026-01-31T12:00:00.250Z", "", "2026-01-31T12:00:00.250Z"),
        ("a\x00b\u202ec\ud800", "", "a\ufffdb\ufffdc\ufffd"),
        ("x" * 201, "", "x" * 199 + "…"),
        ("x" * 200, "", "x" * 200),
    ],
)
def test_shown(value: Any, column: str, text: str) -> None:
    """Severities are words, truth values yes and no, no value a dash; long texts are cut."""
    assert shown(value, column) == text


@given(st.text(st.characters(exclude_categories=[])))
def test_harmless(text: str) -> None:
    """What is shown can be encoded, is no longer than allowed, and turns no text around it."""
    result = shown(text)
    assert len(result) <= MOST_CHARACTERS
    result.encode()
    assert not set(harmless(text)) & {"\x00", "\x1b", "\u202e", "\u2067", "\u200f", "\ufeff"}


@pytest.mark.parametrize(("value", "text"), [(None, ""), (True, "true"), (False, "false"), (7, "7"), ("a", "a")])
def test_parameter(value: Any, text: str) -> None:
    """A value is a filter of an address as documents write it."""
    assert parameter(value) == text


@pytest.mark.parametrize(
    ("value", "members"),
    [('["a", "b"]', ["a", "b"]), ("[a", ["[a"]), ("a", ["a"]), (None, [None]), (7, [7]), ('[{"a": 1}]', ['{"a":1}'])],
)
def test_values_in(value: Any, members: list[Any]) -> None:
    """A list in JSON is shown member by member; a text that only looks like one is one value."""
    assert values_in(value) == members


@pytest.mark.parametrize(
    ("value", "word"), [(99, "critical"), (73, "high"), (47, "medium"), (21, "low"), (0, "info"), (True, ""), ("9", "")]
)
def test_severity_word(value: Any, word: str) -> None:
    """A number of event.severity has a word; nothing else has."""
    assert severity_word(value) == word
