"""Queries in GraphQL, against a schema of a few types."""

from collections.abc import Mapping
from typing import Any

import pytest

from s1ecs.standin.graphql.errors import BadQuery
from s1ecs.standin.graphql.execution import answer
from s1ecs.standin.graphql.schema import Schema, fields

SCHEMA = Schema(
    objects={
        "Query": fields("", pets="Pet"),
        "Pet": fields("name tags", home="Home"),
        "House": fields("street rooms"),
        "Kennel": fields("street", of="Pet"),
    },
    unions={"Home": ("House", "Kennel")},
    inputs={"By": {"name": "String!", "age": "Int", "is": "Boolean"}},
    enums={"Order": ("UP", "DOWN")},
    arguments={("Query", "pets"): {"first": "Int", "by": "[By!]", "order": "Order", "must": "Int!"}},
)
PETS = [
    {"name": "Ida", "tags": ["a", "b"], "home": {"__typename": "House", "street": "Elm", "rooms": 4}},
    {"name": "Otto", "tags": None, "home": {"__typename": "Kennel", "street": "Oak", "of": {"name": "Ida"}}},
    {"name": "Uwe", "home": None},
]


def ask(query: str, **variables: Any) -> Any:
    """Answer the query over the pets."""
    return answer(SCHEMA, {"pets": lambda _: PETS}, query, variables)


def asked(query: str, **variables: Any) -> Mapping[str, Any]:
    """What arguments reach the data."""
    found: dict[str, Any] = {}

    def keep(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        found.update(arguments)
        return {}

    answer(SCHEMA, {"pets": keep}, query, variables)
    return found


def test_only_what_is_asked() -> None:
    """The answer has the fields asked for and no other; absent values are null, and lists stay lists."""
    assert ask("{ pets { name tags } }") == {
        "pets": [{"name": "Ida", "tags": ["a", "b"]}, {"name": "Otto", "tags": None}, {"name": "Uwe", "tags": None}]
    }


def test_alias_and_merge() -> None:
    """A field may get another key, and what is asked of it in two places is asked of it once."""
    query = "query Q { pets { called: name home { ... on House { street } } home { ... on House { rooms } } } }"
    assert ask(query)["pets"][0] == {"called": "Ida", "home": {"street": "Elm", "rooms": 4}}


def test_inline_fragments() -> None:
    """A fragment counts for values of its type alone; of a union's value __typename tells which it is."""
    query = """{ pets { home { __typename ... on House { rooms } # of houses
        ... on Kennel { of { name } } ... on Home { __typename } } ... { name } ... on Pet { tags } } }"""
    assert [pet["home"] for pet in ask(query)["pets"]] == [
        {"__typename": "House", "rooms": 4},
        {"__typename": "Kennel", "of": {"name": "Ida"}},
        None,
    ]


def test_arguments() -> None:
    """Arguments stand in the text or in variables; a default holds where the variable has no value."""
    query = "query ($first: Int = 3, $by: [By!]) { pets(first: $first, by: $by, order: DOWN) { name } }"
    assert asked(query) == {"first": 3, "order": "DOWN"}
    assert asked(query, first=5, by=[{"name": "x", "is": None}])["by"] == [{"name": "x", "is": None}]
    # One value stands for a list of one, and a variable that nobody declared does no harm.
    assert asked(query, by={"name": "x", "age": 2}, other=1)["by"] == [{"name": "x", "age": 2}]
    assert asked('{ pets(by: [{name: "x\\u00fc", age: -2, is: true}]) { name } }') == {
        "by": [{"name": "xü", "age": -2, "is": True}]
    }


@pytest.mark.parametrize(
    "query",
    [
        "",
        "{",
        "{ }",
        "{ pets { name }",
        "{ pets { name } } }",
        "{ pets }",
        "{ pets { name { street } } }",
        "{ pets { age } }",
        "{ dogs { name } }",
        "{ __schema { types } }",
        "{ pets(limit: 3) { name } }",
        "{ pets(first: 3, first: 4) { name } }",
        '{ pets(first: "3") { name } }',
        "{ pets(first: true) { name } }",
        "{ pets(first: 3.5) { name } }",
        "{ pets(first: 2147483648) { name } }",
        '{ pets(order: "UP") { name } }',
        "{ pets(order: SIDEWAYS) { name } }",
        "{ pets(first: $first) { name } }",
        "{ pets(must: null) { name } }",
        "{ pets(by: [{age: 1}]) { name } }",
        '{ pets(by: [{name: "x", size: 1}]) { name } }',
        "{ pets(by: [null]) { name } }",
        "query ($first: String) { pets(first: $first) { name } }",
        "query ($first: Int) { pets(must: $first) { name } }",
        "query ($first: Nothing) { pets { name } }",
        "query ($first: Int!) { pets { name } }",
        "{ pets { name(first: 3) } }",
        "{ pets { home { street } } }",
        "{ pets { home { ... on Pet { name } } } }",
        "{ pets { home { ... on Nothing { name } } } }",
        "{ pets { ... on House { street } } }",
        "{ pets { ...named } }",
        "{ pets { name @include(if: true) } }",
        "{ pets { x: name x: tags } }",
        "mutation { pets { name } }",
        "query A { pets { name } } query B { pets { name } }",
        "{ pets { name } } ~",
        "{ pets(first: " + "[" * 5000,
        "{ pets { home " * 5000,
    ],
)
def test_bad_queries(query: str) -> None:
    """What the schema or the language does not have is refused with a reason."""
    with pytest.raises(BadQuery, match=r"."):
        ask(query)


@pytest.mark.parametrize(
    "by", [{}, {"name": 3}, {"name": None}, "x", [3], {"name": "x", "age": "3"}, {"name": "x", "is": 1}]
)
def test_bad_variables(by: Any) -> None:
    """A variable's value must be of its type to the last key."""
    with pytest.raises(BadQuery, match="by"):
        ask("query ($by: [By!]) { pets(by: $by) { name } }", by=by)


def test_operation_by_name() -> None:
    """Of several operations the named one is answered."""
    query = "query A { pets { name } } query B { pets { tags } }"
    data = answer(SCHEMA, {"pets": lambda _: PETS[0]}, query, {}, "B")
    assert data == {"pets": {"tags": ["a", "b"]}}
