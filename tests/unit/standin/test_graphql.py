"""Queries in GraphQL: what the console answers, and what it refuses."""

import json
from typing import Any

import pytest
from graphql import execute_sync, get_introspection_query, parse

from s1ecs.standin.organisation import organisation
from s1ecs.standin.unified_alert_list import UnifiedAlertList
from s1ecs.standin.unified_alert_schema import SCHEMA, answer
from s1ecs.standin.unified_alerts import unified_alerts

from .conftest import NOW

ALERTS = UnifiedAlertList(organisation(1, NOW))
_FILTERS = "{ alerts(filters: %s) { totalCount } }"
FIRST = next(unified_alerts(organisation(1, NOW)))


def ask(query: str, operation_name: Any = None, **variables: Any) -> dict[str, Any]:
    """The answer to a query for alerts."""
    body = {"query": query, "variables": variables, "operationName": operation_name}
    found: dict[str, Any] = json.loads(ALERTS.graphql(json.dumps(body).encode(), {}))
    return found


def node(query: str, **variables: Any) -> dict[str, Any]:
    """What a query says of the first alert, by its filters."""
    filters = [{"fieldId": "id", "stringEqual": {"value": FIRST["id"]}}]
    found = ask(query, filters=filters, **variables)
    assert "errors" not in found, found
    (edge,) = found["data"]["alerts"]["edges"]
    return dict(edge["node"])


def asked(query: str, **variables: Any) -> dict[str, Any]:
    """What arguments reach the list."""
    found: dict[str, Any] = {}

    def alerts(_info: object, **arguments: Any) -> dict[str, Any]:
        found.update(arguments)
        return {}

    assert answer({"alerts": alerts}, query, variables, None) == {"data": {"alerts": {"totalCount": None}}}
    return found


def test_introspection() -> None:
    """The schema tells of itself what the library tells."""
    query = get_introspection_query()
    assert ask(query) == {"data": execute_sync(SCHEMA, parse(query)).data}


def test_aliases_fragments_and_directives() -> None:
    """A field may get another key, stand in several places, in fragments, and be left out by a directive."""
    query = """query ($filters: [FilterInput!], $no: Boolean = false) {
      alerts(filters: $filters) { edges { node { called: name detectionSource { product } ...Rest } } } }
      fragment Rest on Alert { detectionSource { vendor } ... { id } ... on Alert @include(if: $no) { status }
        severity @skip(if: $no) }"""
    first = {"called": FIRST["name"], "detectionSource": FIRST["detectionSource"], "id": FIRST["id"]}
    assert node(query) == {**first, "severity": FIRST["severity"]}
    assert node(query, no=True) == {**first, "status": FIRST["status"]}


def test_arguments() -> None:
    """Arguments stand in the text or in variables; a default holds where the variable has no value."""
    query = """query ($first: Int = 3, $filters: [FilterInput!]) {
      alerts(first: $first, filters: $filters, sort: {by: "id", order: DESC}) { totalCount } }"""
    sort = {"by": "id", "order": "DESC"}
    assert asked(query) == {"first": 3, "sort": sort}
    span = {"dateTimeRange": {"start": 2**63 - 1, "end": None}, "fieldId": "id"}
    assert asked(query, first=5, filters=[span]) == {"first": 5, "filters": [span], "sort": sort}
    # One value stands for a list of one, and a variable that nobody declared does no harm.
    assert asked(query, filters=span, other=1)["filters"] == [span]
    written = _FILTERS % '[{fieldId: "x\\u00fc", dateTimeRange: {start: -2, startInclusive: true}}]'
    assert asked(written) == {"filters": [{"fieldId": "xü", "dateTimeRange": {"start": -2, "startInclusive": True}}]}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "{",
        "{ alerts { totalCount }",
        "{ alerts { totalCount } } }",
        "{ alerts }",
        "{ alerts { totalCount { id } } }",
        "{ alerts { age } }",
        "{ pets { name } }",
        "{ alerts(limit: 3) { totalCount } }",
        "{ alerts(first: 3, first: 4) { totalCount } }",
        '{ alerts(first: "3") { totalCount } }',
        "{ alerts(first: true) { totalCount } }",
        "{ alerts(first: 3.5) { totalCount } }",
        "{ alerts(first: 2147483648) { totalCount } }",
        '{ alerts(sort: {by: "id", order: "ASC"}) { totalCount } }',
        '{ alerts(sort: {by: "id", order: SIDEWAYS}) { totalCount } }',
        "{ alerts(sort: {order: ASC}) { totalCount } }",
        "{ alerts(first: $first) { totalCount } }",
        _FILTERS % "[null]",
        _FILTERS % '[{fieldId: "id", size: 1}]',
        _FILTERS % '[{fieldId: "id", dateTimeRange: {start: 9223372036854775808}}]',
        _FILTERS % '[{fieldId: "id", dateTimeRange: {start: true}}]',
        _FILTERS % '[{fieldId: "\\ud800"}]',
        "query ($first: String) { alerts(first: $first) { totalCount } }",
        "query ($first: Nothing) { alerts { totalCount } }",
        "query ($first: Int!) { alerts(first: $first) { totalCount } }",
        "{ alerts { totalCount(first: 3) } }",
        "{ alerts { edges { node { detectionTime { assets { cloud { providerDetails { region } } } } } } } }",
        "{ alerts { ... on Alert { id } } }",
        "{ alerts { ... on Nothing { id } } }",
        "{ alerts { ...named } }",
        "{ alerts { x: totalCount x: edges { cursor } } }",
        "mutation { alerts { totalCount } }",
        "mutation { addAlertNote(alertId: null) { id } }",
        "subscription { alerts { totalCount } }",
        "query A { alerts { totalCount } } query B { alerts { totalCount } }",
        "{ alerts { totalCount } } ~",
        "{ alerts(first: " + "[" * 5000,
        "{ alerts { home " * 5000,
        "{ alerts " + "{ ... " * 1000 + "{ totalCount }" + "}" * 1000 + " }",
        "{ alerts { " + "totalCount " * 1000 + "} }",
        "{ alerts { totalCount } } #" + " " * 8_000,
        "{ alerts { ...A } } fragment A on AlertConnection { ...B } fragment B on AlertConnection { ...A }",
    ],
)
def test_bad_queries(query: str) -> None:
    """What the schema or the language does not have, and what is too deep or too long, is refused with a reason."""
    found = ask(query)
    assert found["data"] is None
    assert all(each["message"] for each in found["errors"])


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"fieldId": 3},
        {"fieldId": None},
        "x",
        [3],
        {"fieldId": "id", "dateTimeRange": {"start": "3"}},
        {"fieldId": "id", "dateTimeRange": {"start": 3.5}},
        {"fieldId": "id", "dateTimeRange": {"end": 2**63}},
        {"fieldId": "id", "dateTimeRange": {"startInclusive": 1}},
    ],
)
def test_bad_variables(filters: Any) -> None:
    """A variable's value must be of its type to the last key."""
    found = ask("query ($filters: [FilterInput!]) { alerts(filters: $filters) { totalCount } }", filters=filters)
    assert found["data"] is None
    assert "$filters" in found["errors"][0]["message"]


def test_operation_by_name() -> None:
    """Of several operations the named one is answered; without a name, or with an unknown one, none is."""
    query = "query A { alerts { totalCount } } query B { alerts { pageInfo { hasPreviousPage } } }"
    assert ask(query, "B") == {"data": {"alerts": {"pageInfo": {"hasPreviousPage": False}}}}
    for name in ("C", 3, "", None):
        assert ask(query, name)["data"] is None
    assert ask("{ alerts { totalCount } }", "")["data"]


def test_a_mistake_of_the_console_is_no_answer() -> None:
    """An error that no resolver means to give is not hidden in an answer with status 200."""

    def alerts(_info: object, **_: Any) -> dict[str, Any]:
        raise KeyError("missing")

    with pytest.raises(KeyError, match="missing"):
        answer({"alerts": alerts}, "{ alerts { totalCount } }", {}, None)
