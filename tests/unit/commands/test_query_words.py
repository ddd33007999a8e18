"""Words of a statement, and the values of its parameters."""

from typing import Any

import pytest

from s1ecs.commands.querying.parameters import bound, given_values
from s1ecs.commands.querying.sql_words import has_positions, names_of, parameters_of, selects_document
from s1ecs.errors import UsageError


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT :host, @b, $c, :host", ["host", "b", "c"]),
        ("SELECT ':no', \":no\", [:no], `:no` -- :no\n, /* :no */ :yes", ["yes"]),
        ("SELECT 'it''s :no', :yes", ["yes"]),
        ("SELECT 'not closed :no", []),
        ("SELECT /* not closed :no", []),
        ("SELECT time > '12:30', 1:x", ["x"]),
        ("SELECT ':'", []),
    ],
)
def test_parameters_stand_outside_of_strings_and_comments(sql: str, names: list[str]) -> None:
    """What a string, a name in quotation marks or a comment has is no parameter."""
    assert parameters_of(sql) == names


def test_positions() -> None:
    """A question mark is a parameter without a name, except in a string."""
    assert has_positions("SELECT ?")
    assert not has_positions("SELECT '?' -- ?")


def test_names() -> None:
    """Names are found in any case and quotation marks."""
    assert {"alert", "group", "host"} <= names_of('SELECT HOST FROM Alert, "group"')
    assert "agent" not in names_of("SELECT 'agent' -- agent")


@pytest.mark.parametrize(
    ("sql", "selected"),
    [
        ("SELECT * FROM alert", False),
        ("SELECT time, document FROM alert", True),
        ("select a.Document as d from alert a", True),
        ('SELECT "document" FROM alert', True),
        ("SELECT * FROM (SELECT time, document FROM alert)", True),
        ("WITH a AS (SELECT * FROM alert) SELECT document FROM a", True),
        ("SELECT *, document ->> '$.a' AS a FROM alert", False),
        ("SELECT *, json_extract(document, '$.a') FROM alert", False),
        ("SELECT *, 'document' FROM alert -- document", False),
        ("SELECT * FROM alert WHERE document LIKE '%x%'", False),
        ("SELECT document", True),
        (")) SELECT document", True),
    ],
)
def test_document_is_named(sql: str, *, selected: bool) -> None:
    """The column document is named where it stands among the selected columns, not where it is only used."""
    assert selects_document(sql) is selected


def test_values_are_numbers_or_texts() -> None:
    """A number of up to 15 digits is bound as one; ids, numbers with leading zeros and all else are texts."""
    options = ["a=5", "b=-1.5", "c=225494730938493804", "d=007", "e=x=y", "f=", ":g=1e5", "h= 5"]
    assert given_values(options) == {
        "a": 5,
        "b": -1.5,
        "c": "225494730938493804",
        "d": "007",
        "e": "x=y",
        "f": "",
        "g": "1e5",
        "h": " 5",
    }


def test_defaults_of_a_saved_query() -> None:
    """A given value replaces a default; a default that the statement does not have is not bound."""
    assert bound("SELECT :a, :b", {"a": 1}, {"a": 2, "b": 3, "c": 4}) == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("sql", "options", "told"),
    [
        ("SELECT :host", ["host"], "-p: 'host' is not NAME=VALUE"),
        ("SELECT :host", ["=5"], "-p: '=5' is not NAME=VALUE"),
        ("SELECT :host", ["host=1", "host=2"], "-p: host is given twice"),
        ("SELECT :host", ["hots=1"], "no parameter :hots; did you mean host? it has :host"),
        ("SELECT 1", ["host=1"], "no parameter :host; it has none at all"),
        ("SELECT :host, :since", [], "no value for :host, :since; add -p host=VALUE -p since=VALUE"),
        ("SELECT ?", [], "write :NAME in place of ?"),
    ],
)
def test_wrong_parameters(sql: str, options: list[str], told: str) -> None:
    """What is missing, unknown, given twice or has another form is one line with what to write."""
    with pytest.raises(UsageError) as refused:
        bound(sql, given_values(options))
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_long_statements_are_read_at_once() -> None:
    """A statement of quotation marks that are not closed takes no longer than another of its length."""
    text: Any = "'" * 100_001
    assert parameters_of(text) == []
