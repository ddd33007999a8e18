"""The console grows in all streams, tells what it holds, and does the same again."""

from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from s1ecs.standin.app import build
from s1ecs.standin.growth.held import STREAMS
from s1ecs.standin.organisation import organisation

from .conftest import NOW, Hands, Walk


def _console(hands: Hands, per_minute: float) -> TestClient:
    app = build(organisation(1, NOW, 60), clock=hands.clock, alerts=40, growth=per_minute, monotonic=hands.monotonic)
    return TestClient(app, headers={"Authorization": "ApiToken good"})


def _held(console: TestClient, stream: str) -> list[dict[str, Any]]:
    answered = console.get("/_standin/held", params={"stream": stream})
    assert answered.status_code == 200
    return [orjson.loads(line) for line in answered.content.splitlines()]


def _readable(console: TestClient, stream: str) -> list[Any]:
    return [line["record"] for line in _held(console, stream) if line["readable"]]


@pytest.mark.parametrize("stream", STREAMS)
def test_every_stream_changes(hands: Hands, stream: str) -> None:
    """Each stream has states that it had not; the counts are of what is held now; looking seldom changes nothing."""
    seldom, often = _console(hands, 60), _console(hands, 60)
    before = _held(seldom, stream)
    for _ in range(5):
        hands.seconds += 60
        often.get("/_standin/counts")
    after = _held(seldom, stream)
    assert after == _held(often, stream)
    known = {orjson.dumps(line["record"]) for line in before}
    assert sum(orjson.dumps(line["record"]) not in known for line in after) > 10
    assert seldom.get("/_standin/counts").json()[stream] == len(_readable(seldom, stream))


@pytest.mark.parametrize(
    ("stream", "path", "sort"),
    [
        ("activity", "/activities", "createdAt"),
        ("agent", "/agents", "updatedAt"),
        ("alert", "/cloud-detection/alerts", "alertInfoCreatedAt"),
        ("application_risk", "/application-management/risks", "id"),
        ("group", "/groups", "updatedAt"),
        ("threat", "/threats", "updatedAt"),
    ],
)
def test_readable_is_what_is_read(hands: Hands, walk: Walk, stream: str, path: str, sort: str) -> None:
    """Once growth has stopped, a walk brings exactly the readable states, and shows them."""
    console = _console(hands, 120)
    walk(console, path, limit="100", sortBy=sort)
    hands.seconds += 300
    assert console.post("/_standin/growth", json={"per_minute": 0}).json() == {"per_minute": 0}
    hands.seconds += 300
    read = walk(console, path, limit="100", sortBy=sort)
    lines = _held(console, stream)
    assert sorted(map(orjson.dumps, read)) == sorted(orjson.dumps(line["record"]) for line in lines if line["readable"])
    assert all(line["shown"] for line in lines if line["readable"])
    if stream != "activity":
        # States that were replaced were shown by the first walk, if they were there by then.
        assert any(line["shown"] for line in lines if not line["readable"])


def test_events_of_new_threats(hands: Hands, walk: Walk) -> None:
    """The events that are held are those that the threats' own paths answer with, new ones and later ones included."""
    console = _console(hands, 240)
    hands.seconds += 240
    console.post("/_standin/growth", json={"per_minute": 0})
    read = []
    for threat in walk(console, "/threats", limit="100"):
        read += walk(console, f"/threats/{threat['id']}/explore/events", limit="100")
    assert sorted(map(orjson.dumps, read)) == sorted(map(orjson.dumps, _readable(console, "threat_event")))
    assert len({each["id"] for each in read}) == len(read)


def test_applications(hands: Hands, walk: Walk) -> None:
    """The installations that are read application by application are those that are held, new and gone ones heeded."""
    console = _console(hands, 120)
    path = "/application-management/inventory"
    walk(console, path, limit="1000")
    hands.seconds += 240
    console.post("/_standin/growth", json={"per_minute": 0})
    read = []
    for each in walk(console, path, limit="1000", sortBy="applicationName"):
        asked = {"applicationName": each["applicationName"], "applicationVendor": each["applicationVendor"] or ""}
        read += walk(console, f"{path}/endpoints", **asked, limit="1000")
    assert sorted(map(orjson.dumps, read)) == sorted(map(orjson.dumps, _readable(console, "application")))
    assert any(not line["readable"] for line in _held(console, "application"))


@pytest.mark.parametrize("body", ["", "[]", '{"per_minute": -1}', '{"per_minute": true}'])
def test_bad_growth(hands: Hands, body: str) -> None:
    """What is no rate is refused."""
    assert _console(hands, 0).post("/_standin/growth", content=body).status_code == 400


def test_unknown_stream(hands: Hands) -> None:
    """A stream that is none is refused."""
    assert _console(hands, 0).get("/_standin/held?stream=nothing").status_code == 400
