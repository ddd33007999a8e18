"""Filters, orders and pages of the list of alerts."""

import base64
from typing import Any

import pytest
from starlette.testclient import TestClient

from s1ecs.standin.organisation import organisation
from s1ecs.standin.pages import PageRequest, answer
from s1ecs.standin.parameters.alerts import ALERTS as PARAMETERS
from s1ecs.standin.shelf import Shelf

from .conftest import ALERTS, COUNT, NOW, Hands, Start


def _get(console: TestClient, **parameters: str) -> dict[str, Any]:
    answered = console.get(ALERTS, params=parameters)
    assert answered.status_code == 200, answered.text
    body: dict[str, Any] = answered.json()
    return body


def _walk(console: TestClient, hands: Hands, **parameters: str) -> list[dict[str, Any]]:
    """All records, page by page."""
    records = []
    page = _get(console, **parameters)
    while True:
        hands.seconds += 1
        records += page["data"]
        cursor = page["pagination"]["nextCursor"]
        if cursor is None:
            return records
        page = _get(console, **parameters, cursor=cursor)
        assert page["pagination"]["totalItems"] == 0


def _ids(records: list[dict[str, Any]]) -> list[str]:
    return [record["alertInfo"]["alertId"] for record in records]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", ["alertInfoCreatedAt", "severity", "containerInfoName", "sourceProcessInfoUser"])
def test_cursors_walk_all_once(console: TestClient, hands: Hands, sort: str, order: str) -> None:
    """Pages by cursor bring every alert exactly once, however many share the value sorted by."""
    records = _walk(console, hands, limit="37", sortBy=sort, sortOrder=order)
    assert len(set(_ids(records))) == len(records) == COUNT


def test_equal_times() -> None:
    """Records that all share one time are still walked exactly once."""
    shelf = Shelf("id")
    for number in range(25):
        shelf.add({"id": f"{number:03d}", "time": "2026-01-31T12:00:00.000000Z"})
    seen = []
    given: dict[str, Any] = {"limit": 4}
    for _ in range(7):
        body = answer(shelf, PageRequest("time", (), given)).decode()
        seen += body.count('"id"') * [0]
        given["cursor"] = body.partition('"nextCursor":"')[2].partition('"')[0]
    assert len(seen) == 25
    assert not given["cursor"]


def test_default_page(console: TestClient) -> None:
    """Without parameters there are ten records, the full count and a cursor; the cursor is base64."""
    page = _get(console)
    assert len(page["data"]) == 10
    assert page["pagination"]["totalItems"] == COUNT
    assert base64.b64decode(page["pagination"]["nextCursor"], validate=True)


def test_sorted(console: TestClient) -> None:
    """Every value of sortBy orders the list, ascending and descending being each other's mirror."""
    sorts = next(parameter.values for parameter in PARAMETERS if parameter.name == "sortBy")
    for number, sort in enumerate(sorts):
        headers = {"Authorization": f"ApiToken {number}"}
        pages = [
            console.get(ALERTS, params={"sortBy": sort, "sortOrder": order, "limit": "1000"}, headers=headers).json()
            for order in ("asc", "desc")
        ]
        assert _ids(pages[0]["data"]) == _ids(pages[1]["data"])[::-1]
    times = [
        record["alertInfo"]["createdAt"] for record in _get(console, sortBy="alertInfoCreatedAt", limit="1000")["data"]
    ]
    assert times == sorted(times)


@pytest.mark.parametrize("cursor", ["abcd", "!", "", "W10=", "bnVsbA=="])
def test_bad_cursor(console: TestClient, cursor: str) -> None:
    """A cursor that was never given is refused."""
    answered = console.get(ALERTS, params={"cursor": cursor})
    assert (answered.status_code, answered.json()["errors"][0]["code"]) == (400, 4000020)


@pytest.mark.parametrize("other", [{"sortOrder": "desc"}, {"sortBy": "severity"}, {"severity": "High"}])
def test_cursor_of_another_list(console: TestClient, other: dict[str, str]) -> None:
    """A cursor holds only with the filters and the order that it was given for; another limit is no other list."""
    cursor = _get(console, sortBy="id")["pagination"]["nextCursor"]
    assert console.get(ALERTS, params={"sortBy": "id", **other, "cursor": cursor}).status_code == 400
    assert console.get(ALERTS, params={"sortBy": "id", "limit": "7", "cursor": cursor}).status_code == 200


def test_counting(console: TestClient) -> None:
    """CountOnly brings only the count, skipCount no count, skip leaves records out, disablePagination brings all."""
    assert _get(console, countOnly="true") == {"data": [], "pagination": {"nextCursor": None, "totalItems": COUNT}}
    assert _get(console, skipCount="true")["pagination"]["totalItems"] == 0
    everything = _ids(_get(console, disablePagination="true")["data"])
    assert len(everything) == COUNT
    assert _ids(_get(console, skip="15")["data"]) == everything[15:25]


@pytest.mark.parametrize("bound", ["gt", "gte", "lt", "lte"])
def test_time_bounds(console: TestClient, bound: str) -> None:
    """Bounds of time include or exclude the time itself as their names say."""
    times = [record["alertInfo"]["createdAt"] for record in _get(console, limit="1000")["data"]]
    middle = sorted(times)[200]
    included = {"gt": middle.__lt__, "gte": middle.__le__, "lt": middle.__gt__, "lte": middle.__ge__}[bound]
    found = _get(console, **{f"createdAt__{bound}": middle}, limit="1000")["data"]
    assert sorted(each["alertInfo"]["createdAt"] for each in found) == sorted(filter(included, times))


@pytest.mark.parametrize(
    ("parameter", "section", "key"),
    [
        ("siteIds", "agentDetectionInfo", "siteId"),
        ("accountIds", "agentDetectionInfo", "accountId"),
        ("ids", "alertInfo", "alertId"),
        ("severity", "ruleInfo", "severity"),
        ("osType", "agentRealtimeInfo", "os"),
        ("machineType", "agentDetectionInfo", "machineType"),
        ("incidentStatus", "alertInfo", "incidentStatus"),
        ("analystVerdict", "alertInfo", "analystVerdict"),
        ("scopes", "ruleInfo", "scopeLevel"),
        ("ruleName__contains", "ruleInfo", "name"),
        ("sourceProcessFilePath__contains", "sourceProcessInfo", "filePath"),
        ("query", "sourceProcessInfo", "user"),
    ],
)
def test_filters(console: TestClient, parameter: str, section: str, key: str) -> None:
    """A filter brings exactly the records that have the value."""
    everything = _get(console, limit="1000")["data"]
    value = everything[0][section][key]
    expected = [record for record in everything if record[section][key] == value]
    assert _ids(_get(console, **{parameter: value}, limit="1000")["data"]) == _ids(expected)


def test_filter_of_several_values(console: TestClient) -> None:
    """A comma list means any of its values, and a filter's TRUE_POSITIVE is a record's "True positive"."""
    found = _get(console, severity="Low,Critical", analystVerdict="TRUE_POSITIVE,FALSE_POSITIVE", limit="1000")["data"]
    assert found
    assert {record["ruleInfo"]["severity"] for record in found} <= {"Low", "Critical"}
    assert {record["alertInfo"]["analystVerdict"] for record in found} == {"True positive", "False positive"}


def test_every_filter_is_wired(console: TestClient) -> None:
    """Every text filter that the API has narrows the list: a value that no record has leaves nothing."""
    for number, parameter in enumerate(each for each in PARAMETERS if each.kind == "texts" or each.name == "query"):
        headers = {"Authorization": f"ApiToken {number}"}
        page = console.get(ALERTS, params={parameter.name: "no such value"}, headers=headers).json()
        assert page["data"] == [], parameter.name


def test_groups(start: Start) -> None:
    """The groups of a site split its alerts among them, none twice."""
    console = start()
    made = organisation(1, NOW)
    site = made.sites[0]
    groups = [group.id for group in made.groups if group.site == site]
    counts = [_get(console, groupIds=each, countOnly="true")["pagination"]["totalItems"] for each in groups]
    assert sum(counts) == _get(console, siteIds=site.id, countOnly="true")["pagination"]["totalItems"] > 0
