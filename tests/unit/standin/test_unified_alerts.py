"""Unified alerts: what is in them, and the list that a query in GraphQL walks."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLType, GraphQLUnionType, execute_sync, get_named_type, parse
from starlette.testclient import TestClient

from s1ecs.standin.organisation import organisation
from s1ecs.standin.unified_alert_list import TIMES, UnifiedAlertList
from s1ecs.standin.unified_alert_schema import SCHEMA
from s1ecs.standin.unified_alerts import unified_alerts

from .conftest import NOW, Hands, Start

PATH = "/web/api/v2.1/unifiedalerts/graphql"
LIST = """query Q($after: String, $first: Int, $filters: [FilterInput!], $sort: SortInput) {
    alerts(after: $after, first: $first, filters: $filters, sort: $sort) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { id createdAt detectedAt lastSeenAt updatedAt } } } }"""
ALL = list(unified_alerts(organisation(1, NOW)))


def milliseconds(seconds: float = 0) -> int:
    """That many seconds after the console's start, as a filter has it."""
    return int((NOW + timedelta(seconds=seconds)).timestamp() * 1000)


def ask(console: TestClient, query: str = LIST, **variables: Any) -> dict[str, Any]:
    """The answer to a query, status 200."""
    answered = console.post(PATH, json={"query": query, "variables": variables})
    assert answered.status_code == 200, answered.text
    body: dict[str, Any] = answered.json()
    return body


def alerts(console: TestClient, **variables: Any) -> dict[str, Any]:
    """The list that those variables ask for."""
    body = ask(console, **variables)
    assert "errors" not in body, body
    found: dict[str, Any] = body["data"]["alerts"]
    return found


@pytest.mark.parametrize("first", [37, 1000])
@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize("by", TIMES)
def test_pages(console: TestClient, hands: Hands, by: str, order: str, first: int) -> None:
    """Pages by cursor bring every alert exactly once, in the order that was asked for."""
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        hands.seconds += 1
        page = alerts(console, first=first, sort={"by": by, "order": order}, **({"after": after} if after else {}))
        nodes += [edge["node"] for edge in page["edges"]]
        assert page["totalCount"] == len(ALL)
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len({node["id"] for node in nodes}) == len(nodes) == len(ALL)
    times = [node[by] for node in nodes]
    assert times == sorted(times, reverse=order == "DESC")


def test_counts_are_what_a_day_brings(console: TestClient) -> None:
    """The count is that of the states that were detected or updated in the last 24 hours."""
    found = set()
    for field in ("detectedAt", "updatedAt"):
        span = {"start": milliseconds(-86400), "startInclusive": False, "end": milliseconds()}
        page = alerts(console, first=1000, filters=[{"fieldId": field, "dateTimeRange": span}])
        found |= {(node["id"], node["updatedAt"]) for node in (edge["node"] for edge in page["edges"])}
    assert len(found) == console.get("/_standin/counts").json()["unified_alert"] == len(ALL)


@pytest.mark.parametrize("bound", ["startInclusive", "endInclusive"])
def test_bounds_include_their_time(console: TestClient, bound: str) -> None:
    """The ends of a range belong to it, to the millisecond, unless it says otherwise."""
    time = next(record["updatedAt"] for record in ALL)
    at = round(datetime.fromisoformat(time).timestamp() * 1000)
    span: dict[str, Any] = {"start": at, "end": at}
    page = alerts(console, filters=[{"fieldId": "updatedAt", "dateTimeRange": span}])
    assert [edge["node"]["updatedAt"] for edge in page["edges"]] == [time]
    page = alerts(console, filters=[{"fieldId": "updatedAt", "dateTimeRange": {**span, bound: False}}])
    assert page["edges"] == []
    assert set(page["pageInfo"].values()) == {False, None}


def test_every_kind_of_course() -> None:
    """Some were not touched since they were detected, some were detected in the window and before it."""
    start = (NOW - timedelta(hours=24)).isoformat()
    assert {record["detectedAt"] == record["updatedAt"] for record in ALL} == {True, False}
    assert {record["detectedAt"] < start for record in ALL} == {True, False}
    for record in ALL:
        assert record["firstSeenAt"] <= record["detectedAt"] <= record["createdAt"] <= record["updatedAt"]
        assert start < record["updatedAt"] <= NOW.isoformat()


def test_every_kind_of_record() -> None:
    """All providers, bare hosts in clouds and clusters, people who look after it: each variant is there."""
    details = [record["detectionTime"]["assets"][0] for record in ALL]
    clouds = [each["cloud"] for each in details if each["cloud"]]
    assert {cloud["providerDetails"]["__typename"] for cloud in clouds} == {
        "DetectionAws",
        "DetectionAzure",
        "DetectionGcp",
    }
    assert any(each["asset"] is None and each["cloud"] for each in details)
    assert any(each["asset"] is None and (each["kubernetes"] or {}).get("podName") for each in details)
    assert {record["severity"] for record in ALL} == {"CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO", "UNKNOWN"}
    assert {record["assignee"] is None for record in ALL} == {True, False}
    assert {record["externalId"] is None for record in ALL} == {True, False}


def test_hosts_agree() -> None:
    """The asset of an alert is an agent of the organisation."""
    hosts = {host.uuid: host for host in organisation(1, NOW).hosts}
    for record in ALL:
        asset, host = record["assets"][0], hosts[record["assets"][0]["agentUuid"]]
        assert (asset["name"], asset["agentVersion"]) == (host.name, host.version)
        assert record["realTime"]["scope"]["group"]["id"] == host.group.id
        assert record["realTime"]["scope"]["site"]["id"] == host.group.site.id


def test_fewer_hosts() -> None:
    """In a smaller organisation of the same seed the alerts of the hosts that are left are the same."""
    fewer = list(unified_alerts(organisation(1, NOW, 60)))
    assert fewer
    assert ALL[: len(fewer)] == fewer


def _selection(kind: GraphQLType) -> str:
    """All that can be asked of a type, and its name."""
    match get_named_type(kind):
        case GraphQLObjectType(fields=fields):
            parts = [f"{name} {_selection(field.type)}" for name, field in fields.items()]
        case GraphQLUnionType(types=members):
            parts = [f"... on {each.name} {_selection(each)}" for each in members]
        case _:
            return ""
    return f"{{ __typename {' '.join(parts)} }}"


def _typeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _typeless(inner) for key, inner in value.items() if key != "__typename"}
    return [_typeless(each) for each in value] if isinstance(value, list) else value


WHOLE = "{ alerts(first: 1000) " + _selection(SCHEMA.type_map["AlertConnection"]) + " }"


def test_all_of_a_record_can_be_asked(console: TestClient) -> None:
    """A query for the whole schema brings the whole records: neither lacks a key of the other."""
    nodes = [edge["node"] for edge in ask(console, WHOLE)["data"]["alerts"]["edges"]]
    by_id = {node["id"]: _typeless(node) for node in nodes}
    # A key that a record leaves out is null in the answer.
    assert [by_id[record["id"]] for record in ALL] == [_typeless(record) for record in ALL]


def test_records_are_taken_as_the_library_takes_them(console: TestClient) -> None:
    """The library's own executor, which checks every value's type, says the same of all alerts, without an error."""
    listed = UnifiedAlertList(organisation(1, NOW))
    expected = execute_sync(SCHEMA, parse(WHOLE), {"alerts": listed._alerts})
    assert expected.errors is None
    assert ask(console, WHOLE) == {"data": expected.data}


@pytest.mark.parametrize(
    "variables",
    [
        {"first": 0},
        {"first": 1001},
        {"first": "10"},
        {"after": "abcd"},
        {"after": 3},
        {"sort": {"by": "name"}},
        {"sort": {"by": "updatedAt", "order": "asc"}},
        {"filters": [{"fieldId": "updatedAt"}]},
        {"filters": [{"fieldId": "name", "dateTimeRange": {"start": 1}}]},
        {"filters": [{"fieldId": "updatedAt", "dateTimeRange": {"start": "2026-01-31T12:00:00Z"}}]},
        {"filters": [{"fieldId": "updatedAt", "dateTimeRange": {"from": 1}}]},
    ],
)
def test_bad_arguments(console: TestClient, variables: dict[str, Any]) -> None:
    """What an argument can't be is said under `errors` beside `data` null, with status 200."""
    body = ask(console, **variables)
    assert body["data"] is None
    assert body["errors"][0]["message"]


def test_cursor_of_another_list(console: TestClient) -> None:
    """A cursor holds for its sort and filters only; another page size is no other list."""
    cursor = alerts(console, sort={"by": "updatedAt"})["pageInfo"]["endCursor"]
    assert ask(console, sort={"by": "detectedAt"}, after=cursor)["data"] is None
    assert alerts(console, sort={"by": "updatedAt"}, after=cursor, first=3)["edges"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"query": 3}', b'{"query": "{ x }", "variables": []}'])
def test_no_query(console: TestClient, body: bytes) -> None:
    """A body without a query is a bad request."""
    assert console.post(PATH, content=body).status_code == 400


def test_tokens(start: Start) -> None:
    """The path takes a token behind Bearer and behind ApiToken; one without the permission is refused."""
    console = start()
    body = {"query": "{ alerts { totalCount } }"}
    statuses = {
        header: console.post(PATH, json=body, headers={"Authorization": header}).status_code
        for header in ("Bearer good", "ApiToken good", "Basic good", "Bearer wrong", "Bearer no-unified_alert")
    }
    assert list(statuses.values()) == [200, 200, 401, 401, 403]
    assert console.get("/web/api/v2.1/user", headers={"Authorization": "Bearer good"}).status_code == 401
