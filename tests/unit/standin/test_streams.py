"""The lists of activities, agents, groups and threats, and what lies below a threat."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from s1ecs.standin.parameters.activities import ACTIVITIES
from s1ecs.standin.parameters.agents import AGENTS
from s1ecs.standin.parameters.groups import GROUPS
from s1ecs.standin.parameters.parameter import Parameter
from s1ecs.standin.parameters.threats import THREATS

from .conftest import API, Hands, Start, Walk

_LISTS = {"/activities": "activity", "/agents": "agent", "/groups": "group", "/threats": "threat"}
_TABLES = {"/activities": ACTIVITIES, "/agents": AGENTS, "/groups": GROUPS, "/threats": THREATS}
_NOBODY = "999999999999999999"
_FILTERS = [
    (path, each)
    for path, table in _TABLES.items()
    for each in table
    if each.kind in {"ids", "texts"} or "__" in each.name
]


@pytest.mark.parametrize("limit", ["7", "100", "300"])
@pytest.mark.parametrize("path", _LISTS)
def test_pages_bring_all_once(start: Start, walk: Walk, path: str, limit: str) -> None:
    """Whatever the size of a page, cursors bring every record once, as many as are counted."""
    console = start(agents=80)
    records = walk(console, path, limit=limit, sortBy="id")
    assert len({record["id"] for record in records}) == len(records)
    assert len(records) == console.get("/_standin/counts").json()[_LISTS[path]]
    assert len(records) > 0


@pytest.mark.parametrize("path", _LISTS)
def test_every_sort_is_an_order(start: Start, hands: Hands, path: str) -> None:
    """Every value of sortBy orders the list, descending being the mirror of ascending."""
    console = start(agents=60)
    (sort_by,) = (parameter for parameter in _TABLES[path] if parameter.name == "sortBy")
    (limit,) = (str(parameter.maximum) for parameter in _TABLES[path] if parameter.name == "limit")
    for sort in sort_by.values:
        hands.seconds += 10
        both = [
            console.get(f"{API}{path}", params={"sortBy": sort, "sortOrder": order, "limit": limit}).json()["data"]
            for order in ("asc", "desc")
        ]
        assert [each["id"] for each in both[0]] == [each["id"] for each in both[1]][::-1] != [], sort


@pytest.mark.parametrize(("path", "parameter"), _FILTERS, ids=lambda each: getattr(each, "name", each))
def test_every_filter_narrows(start: Start, path: str, parameter: Parameter) -> None:
    """A filter that no record can fit leaves none, one that asks for none of a word that nobody has leaves all."""
    console = start(agents=20)
    everything = console.get(f"{API}{path}", params={"countOnly": "true"}).json()["pagination"]["totalItems"]
    is_upper = parameter.name.endswith(("__lt", "__lte"))
    nothing = {
        "between": "1-2",
        "ids": _NOBODY,
        "integer": "-1" if is_upper else "99999999",
        "texts": "no such value",
        "text": "no such value",
        "time": "1990-01-01T00:00:00Z" if is_upper else "2090-01-01T00:00:00Z",
    }[parameter.kind]
    asked = console.get(f"{API}{path}", params={parameter.name: nothing, "countOnly": "true"})
    expected = everything if parameter.name.endswith("Nin") else 0
    assert asked.json()["pagination"]["totalItems"] == expected


def test_groups_have_a_smaller_page(console: TestClient) -> None:
    """A page holds 300 groups at most, but 1000 agents."""
    assert console.get(f"{API}/groups?limit=300").status_code == 200
    assert console.get(f"{API}/groups?limit=301").status_code == 400
    assert console.get(f"{API}/agents?limit=1000").status_code == 200


def test_count_of_agents(console: TestClient) -> None:
    """/agents/count counts what /agents lists, with the same filters, and takes nothing about pages."""
    assert console.get(f"{API}/agents/count").json() == {"data": {"total": 500}}
    listed = console.get(f"{API}/agents?isDecommissioned=True&limit=1000").json()["data"]
    assert console.get(f"{API}/agents/count?isDecommissioned=True").json() == {"data": {"total": len(listed)}}
    assert listed
    assert all(agent["isDecommissioned"] for agent in listed)
    assert console.get(f"{API}/agents/count?limit=10").status_code == 400


def test_times_with_and_without_fraction(start: Start) -> None:
    """A bound of time in whole seconds is the same as one with zeros behind it."""
    console = start(agents=40)
    bound = console.get(f"{API}/activities?limit=1&skip=30&sortBy=createdAt").json()["data"][0]["createdAt"][:19]
    totals = [
        console.get(f"{API}/activities?createdAt__gte={bound}{end}&limit=1").json()["pagination"]["totalItems"]
        for end in ("Z", ".000000Z")
    ]
    assert totals[0] == totals[1] > 0


def _threats(console: TestClient) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = console.get(f"{API}/threats?limit=1000").json()["data"]
    return records


def test_events_of_a_threat(console: TestClient, walk: Walk) -> None:
    """Every threat has twenty events of its own; all together are counted."""
    threats = _threats(console)
    ids = set()
    for threat in threats:
        events = walk(console, f"/threats/{threat['id']}/explore/events", limit="9", skipCount="true")
        assert len(events) == 20
        assert {event["agentId"] for event in events} == {threat["agentRealtimeInfo"]["agentId"]}
        assert {event["storyline"] for event in events} == {threat["threatInfo"]["storyline"]}
        ids |= {event["id"] for event in events}
    assert len(ids) == 20 * len(threats) == console.get("/_standin/counts").json()["threat_event"]


def test_timelines(console: TestClient, walk: Walk) -> None:
    """Some threats have no timeline; the others begin with the detection, some with a STAR rule in it."""
    lengths, kinds = [], set()
    for threat in _threats(console):
        path = f"/threats/{threat['id']}/timeline"
        entries = walk(console, path, limit="2", sortBy="createdAt", sortOrder="desc")
        assert {entry.get("threatId", threat["id"]) for entry in entries} <= {threat["id"]}
        assert [entry["createdAt"] for entry in entries] == sorted((e["createdAt"] for e in entries), reverse=True)
        lengths.append(len(entries))
        kinds |= {entry["activityType"] for entry in entries if entry["data"].get("ruleName")}
    assert 0 in lengths
    assert max(lengths) > 4
    assert kinds == {4106}


@pytest.mark.parametrize("below", ["timeline", "explore/events"])
def test_unknown_threat(console: TestClient, below: str) -> None:
    """Of a threat that is not there a console says 404 in a body without `errors`; what is no id is a 400."""
    answered = console.get(f"{API}/threats/{_NOBODY}/{below}")
    assert answered.status_code == 404
    assert answered.json() == {
        "code": 4040010,
        "detail": f"Threat ID {_NOBODY} not found",
        "title": "Requested resource was not found",
    }
    assert console.get(f"{API}/threats/some-threat/{below}").status_code == 400
