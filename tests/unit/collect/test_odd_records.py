"""A page that holds a record nobody expects still delivers all others."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s1ecs.collect.delivery.deliver import deliver
from s1ecs.collect.delivery.documents import Preparation
from s1ecs.collect.poll import poll
from s1ecs.collect.strategies.step import Step
from s1ecs.collect.strategies.walk import Walk
from s1ecs.records import record_from_line
from s1ecs.state.checkpoints import LIVE, Commit
from s1ecs.streams import STREAMS

from .conftest import FeedOf, RecordingOutput
from .lists import NOW, ListConsole
from .test_per_item import events, threat

pytestmark = pytest.mark.in_memory


ODD: list[Any] = [None, "text", 7, [1], {}, {"id": {"a": [1]}}, {"id": "\ud800"}, {"updatedAt": 3, "createdAt": "x"}]


async def no_steps() -> AsyncGenerator[Step, None]:
    """A walk without steps."""
    for step in list[Step]():
        yield step


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize("name", STREAMS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=ANYTHING)
async def test_whatever_stands_in_a_page_the_rest_arrives(
    feed_of: FeedOf, output: RecordingOutput, name: str, odd: object
) -> None:
    """One document for each record of the page, odd ones included; the good ones are as they always are."""
    feed = feed_of(name)
    times_run = len(output.delivered)
    good = [{"id": f"{times_run} {number}", "createdAt": "2026-01-02T00:00:00Z"} for number in range(2)]
    records = [record_from_line(json.dumps(each).encode()) for each in (good[0], odd, good[1])]
    step = Step(records, ["2026-01-02T00:00:00.000Z"] * 3, {}, NOW)
    prepared = await Preparation(feed).prepare(step)
    counts = await deliver(feed, Walk(feed.walk(LIVE), {}, no_steps(), Commit), prepared, {})
    assert counts.records == 3
    recorded = output.recorded[times_run:]
    assert len(recorded) == counts.delivered >= 2
    kinds = [document["event"]["kind"] for document in recorded]
    assert kinds[0] == kinds[-1] != "pipeline_error"


PATHS = [
    ("activity", "/activities"),
    ("agent", "/agents"),
    ("alert", "/cloud-detection/alerts"),
    ("application_risk", "/application-management/risks"),
    ("group", "/groups"),
    ("threat", "/threats"),
]


@pytest.mark.parametrize(("name", "path"), PATHS)
async def test_odd_elements_of_a_list(feed_of: FeedOf, lists: ListConsole, name: str, path: str) -> None:
    """Each element of the console's list becomes a document, whatever it is, and the walk ends well."""
    lists.lists[path] = [*ODD, {"id": "good", "updatedAt": "2026-01-02T11:00:00Z", "createdAt": "2026-01-02T11:00:00Z"}]
    [outcome, *_] = await poll(feed_of(name), asyncio.Event(), lambda *_: None)
    assert outcome.error is None
    assert outcome.counts.delivered == len(ODD) + 1


@pytest.mark.parametrize("number", ["1e30", "123456789012345678901", "-1e300", "1e400", "9" * 400, "1" * 5000])
@pytest.mark.parametrize(("name", "path"), PATHS)
async def test_a_number_in_the_place_of_a_time(
    feed_of: FeedOf, lists: ListConsole, name: str, path: str, number: str
) -> None:
    """A time that is a number, however long, costs neither the poll nor the records beside it."""
    time = "2026-01-02T11:00:00Z"
    good = {"id": "good", "updatedAt": time, "createdAt": time}
    odd: list[Any] = [
        {"id": "odd", "updatedAt": "NUMBER", "createdAt": "NUMBER", "detectionDate": "NUMBER"},
        {
            "id": "NUMBER",
            "alertInfo": {"createdAt": "NUMBER"},
            "threatInfo": {"updatedAt": "NUMBER"},
            "siteId": "NUMBER",
        },
    ]
    lists.raw[path] = json.dumps({"data": [*odd, good]}).replace('"NUMBER"', number).encode()
    [outcome, *_] = await poll(feed_of(name), asyncio.Event(), lambda *_: None)
    assert outcome.error is None
    assert outcome.counts.delivered == 3


@pytest.mark.parametrize("number", ["1e30", "123456789012345678901", "9" * 400])
async def test_a_number_in_the_place_of_an_items_version(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, number: str
) -> None:
    """A threat whose time or id is a number keeps no other threat's events back."""
    odd = {"id": "NUMBER", "threatInfo": {"updatedAt": "NUMBER"}}
    page = json.dumps({"data": [odd, threat("1", "11:00"), {**odd, "id": "2"}]})
    lists.raw["/threats"] = page.replace('"NUMBER"', number).encode()
    for identity in ("1", "2"):
        events(lists, identity, 2)
    [outcome] = await poll(feed_of("threat_event"), asyncio.Event(), lambda *_: None)
    assert outcome.error is None
    assert output.ids == ["1.0", "1.1", "2.0", "2.1"]


async def test_a_number_in_the_place_of_an_alerts_time(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """A unified alert whose times are numbers is delivered beside the others."""
    node = {"id": "1", "detectedAt": "2026-01-02T11:00:00Z", "updatedAt": 1e30, "realTime": {"scope": {"site": 1e30}}}
    lists.lists["/unifiedalerts/graphql"] = [node, {**node, "id": "2", "updatedAt": "2026-01-02T11:00:00Z"}]
    feed = feed_of("unified_alert")
    lists.graphql_data = [{"alerts": {"edges": [{"node": each} for each in lists.lists.pop(feed.ask.path)]}}]
    [outcome] = await poll(feed, asyncio.Event(), lambda *_: None)
    assert outcome.error is None
    assert len(output.recorded) == 2


@pytest.mark.parametrize(
    "odd", ["x" * 70_000, {"a": [1] * 3000}, [[]] * 2000, json.loads("[" * 400 + "]" * 400), 10**400]
)
async def test_an_item_with_an_endless_name(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, odd: Any
) -> None:
    """A threat whose id no address can hold is said to be gone, and the threats beside it are read."""
    lists.lists["/threats"] = [{**threat("1", "10:00"), "id": odd}, threat("1", "11:00")]
    events(lists, "1", 2)
    [outcome] = await poll(feed_of("threat_event"), asyncio.Event(), lambda *_: None)
    assert outcome.error is None
    assert output.ids == ["1.0", "1.1"]
    assert all(len(failure.name) < 300 for failure in outcome.failed)


async def test_odd_items_of_a_list(feed_of: FeedOf, lists: ListConsole, output: RecordingOutput) -> None:
    """An element that names no threat is said to be gone, and the threats beside it are read."""
    lists.lists["/threats"] = [*ODD, threat("1", "11:00")]
    events(lists, "1", 2)
    [outcome] = await poll(feed_of("threat_event"), asyncio.Event(), lambda *_: None)
    assert outcome.error is None
    assert output.ids == ["1.0", "1.1"]
