"""Faults that change pages: what a walk over them sees."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from s1ecs.standin.app import build
from s1ecs.standin.faults.layer import Faulty
from s1ecs.standin.faults.plan import FaultPlan
from s1ecs.standin.faults.rule import parse
from s1ecs.standin.faults.wire import find
from s1ecs.standin.organisation import organisation

from .conftest import API, NOW, Hands

_QUERY = """query Q($after: String, $first: Int) {
  alerts(after: $after, first: $first) {
    pageInfo { hasNextPage endCursor }
    edges { node { id updatedAt } }
  }
}"""

Page = tuple[list[str], str | None]
Ask = Callable[[str | None], Page]


@pytest.fixture
def console(hands: Hands) -> TestClient:
    """A console with faults, which the test sets."""
    app = build(organisation(1, NOW, 60), clock=hands.clock, alerts=40, monotonic=hands.monotonic)
    faulty = Faulty(app, FaultPlan(), hands.clock, app.state.growth.burst)
    return TestClient(faulty, headers={"Authorization": "ApiToken good"})


def _rest(console: TestClient, hands: Hands) -> Ask:
    def ask(cursor: str | None) -> Page:
        hands.seconds += 1
        more = {} if cursor is None else {"cursor": cursor}
        given = {"limit": "20", "sortBy": "createdAt", **more}
        answered = console.get(f"{API}/activities", params=given).json()
        return [each["id"] for each in answered["data"]], answered["pagination"]["nextCursor"]

    return ask


def _graphql(console: TestClient, hands: Hands) -> Ask:
    def ask(cursor: str | None) -> Page:
        hands.seconds += 1
        body = {"query": _QUERY, "variables": {"after": cursor, "first": 7}}
        found = console.post(f"{API}/unifiedalerts/graphql", json=body).json()["data"]["alerts"]
        info = found["pageInfo"]
        return [edge["node"]["id"] for edge in found["edges"]], info["endCursor"] if info["hasNextPage"] else None

    return ask


@pytest.fixture(params=[_rest, _graphql])
def ask(request: pytest.FixtureRequest, console: TestClient, hands: Hands) -> Ask:
    """Asks for a page of a list, in REST and in GraphQL."""
    made: Ask = request.param(console, hands)
    return made


def _walk(ask: Ask) -> list[list[str]]:
    pages = []
    cursor: str | None = None
    while True:
        ids, cursor = ask(cursor)
        pages.append(ids)
        if cursor is None:
            return pages


def _rules(console: TestClient, *rules: dict[str, Any]) -> None:
    assert console.post("/_standin/faults", content=json.dumps(rules)).status_code == 200


def _struck(console: TestClient) -> dict[str, int]:
    found: dict[str, int] = console.get("/_standin/faults").json()["struck"]
    return found


def test_same_cursor(console: TestClient, ask: Ask) -> None:
    """The cursor that was asked with is given again; the first page can't be struck."""
    _rules(console, {"kind": "same_cursor", "at_most": 1})
    _, first = ask(None)
    assert ask(first)[1] == first
    assert ask(first)[1] != first
    assert _struck(console) == {"same_cursor": 1}


def test_empty_page(console: TestClient, ask: Ask) -> None:
    """A page is empty but for its cursor, which leads to what was left out: first, middle and last page alike."""
    expected = _walk(ask)
    _rules(console, {"kind": "empty_page", "every": 2}, {"kind": "empty_page", "to": 1})
    pages = _walk(ask)
    assert [page for page in pages if page] == expected
    assert len(pages) > len(expected)
    assert pages[0] == []
    assert _struck(console)["empty_page"] == len(pages) - len(expected)


def test_shifted(console: TestClient, ask: Ask) -> None:
    """Pages come in another order, and some records twice, but none is lost."""
    expected = _walk(ask)
    _rules(console, {"kind": "shifted", "repeated": 3})
    pages = _walk(ask)
    flat = [each for page in pages for each in page]
    assert {*flat} == {each for page in expected for each in page}
    assert len(flat) == sum(map(len, expected)) + 3 * (len(pages) - 1)
    assert pages[0] != expected[0]
    assert set(expected[0][-3:]) <= set(pages[1])


def test_late(console: TestClient, hands: Hands) -> None:
    """Some records are not visible before their delay is over, each of them at the latest after the minutes."""
    ask = _rest(console, hands)
    expected = [each for page in _walk(ask) for each in page]
    _rules(console, {"kind": "late", "minutes": 24 * 60, "share": 0.5})
    seen = []
    for _ in range(4):
        seen.append({each for page in _walk(ask) for each in page})
        hands.seconds += 8 * 3600
    assert seen[0] < seen[1] < seen[2] < seen[3] == set(expected)


def test_what_is_stamped_ahead_of_the_clock_is_not_late(console: TestClient, hands: Hands) -> None:
    """No record is late by more than the minutes: one of a day ahead would be by that day."""
    late = {"kind": "late", "minutes": 5, "share": 1}
    _rules(console, {"kind": "same_time", "path": "/activities", "records": 5, "minutes": 1440, "at_most": 1}, late)
    _rest(console, hands)(None)
    given = {"limit": "300", "sortBy": "createdAt", "sortOrder": "desc"}
    records = console.get(f"{API}/activities", params=given).json()["data"]
    ahead = (NOW + timedelta(hours=23)).isoformat()
    assert sum(each["createdAt"] > ahead for each in records) == 5


def test_cursor_expired(console: TestClient) -> None:
    """A request with a cursor is refused as one with a bad cursor is, in REST with 400, in GraphQL with errors."""
    _rules(console, {"kind": "cursor_expired"})
    first = console.get(f"{API}/activities").json()["pagination"]["nextCursor"]
    answered = console.get(f"{API}/activities", params={"cursor": first})
    assert (answered.status_code, answered.json()["errors"][0]["code"]) == (400, 4000020)
    variables = {"after": "x", "first": 1}
    answered = console.post(f"{API}/unifiedalerts/graphql", json={"query": _QUERY, "variables": variables})
    assert (answered.status_code, answered.json()["data"]) == (200, None)
    assert answered.json()["errors"]


@pytest.mark.parametrize("path", ["/activities", "/agents", "/groups", "/threats"])
def test_same_time(console: TestClient, hands: Hands, path: str) -> None:
    """So many records come into being, or change, at one moment."""
    hands.seconds = 90
    _rules(console, {"kind": "same_time", "path": path, "records": 5, "at_most": 1})
    console.get(f"{API}{path}")
    given = {"limit": "300", "sortBy": "updatedAt", "sortOrder": "desc"}
    if path == "/activities":
        given["sortBy"] = "createdAt"
    records = console.get(f"{API}{path}", params=given).json()["data"]
    moment = (NOW + timedelta(seconds=90)).replace(tzinfo=None).isoformat() + "Z"
    times = [(each.get("threatInfo") or each)["updatedAt"] for each in records]
    assert times.count(moment) == 5
    assert len({each["id"] for each in records}) == len(records)


def test_wire_needs_its_server() -> None:
    """Under another server a fault on the wire is an error, not a silent nothing."""
    assert parse("[{kind: reset}]")

    async def ask() -> None:
        find({"type": "http"}, None, None)  # type: ignore[arg-type]

    with pytest.raises(RuntimeError, match="WireProtocol"):
        asyncio.run(ask())


def test_poison(console: TestClient, ask: Ask) -> None:
    """Some records come once more, with odd values and ids that tell them, the same each time; no other is touched."""
    expected = [each for page in _walk(ask) for each in page]
    _rules(console, {"kind": "poison", "records": 3})
    first, second = ([each for page in _walk(ask) for each in page] for _ in range(2))
    for found in (first, second):
        assert [each for each in found if not each.startswith("poison-")] == expected
        assert len(found) > len(expected)
    _rules(console, {"kind": "poison", "records": 1000})
    assert {*first, *second} <= {each for page in _walk(ask) for each in page}
