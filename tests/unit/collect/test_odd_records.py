"""A page that holds a record nobody expects still delivers all others."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s1ecs.collect.checkpoint import LIVE, Advance
from s1ecs.collect.deliver import deliver
from s1ecs.collect.poll import poll
from s1ecs.collect.walk import Walk
from s1ecs.collect.walks.step import Step
from s1ecs.records import record_from_line
from s1ecs.streams import STREAMS

from .conftest import FeedOf, RecordingOutput
from .lists import NOW, ListConsole
from .test_per_item import events, threat

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
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=ANYTHING)
async def test_whatever_stands_in_a_page_the_rest_arrives(
    feed_of: FeedOf, output: RecordingOutput, name: str, odd: object
) -> None:
    """One document for each record of the page, odd ones included; the good ones are as they always are."""
    output.documents.clear()
    feed = feed_of(name)
    times_run = len(output.delivered)
    good = [{"id": f"{times_run} {number}", "createdAt": "2026-01-02T00:00:00Z"} for number in range(2)]
    records = [record_from_line(json.dumps(each).encode()) for each in (good[0], odd, good[1])]
    step = Step(records, ["2026-01-02T00:00:00.000Z"] * 3, {}, NOW)
    counts = await deliver(feed, Walk(feed.walk(LIVE), {}, no_steps(), Advance), step, {})
    assert counts.records == 3
    assert len(output.documents) == counts.delivered >= 2
    kinds = [document["event"]["kind"] for document in output.documents]
    assert kinds[0] == kinds[-1] != "pipeline_error"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("activity", "/activities"),
        ("agent", "/agents"),
        ("alert", "/cloud-detection/alerts"),
        ("application_risk", "/application-management/risks"),
        ("group", "/groups"),
        ("threat", "/threats"),
    ],
)
async def test_odd_elements_of_a_list(feed_of: FeedOf, lists: ListConsole, name: str, path: str) -> None:
    """Each element of the console's list becomes a document, whatever it is, and the walk ends well."""
    lists.lists[path] = [*ODD, {"id": "good", "updatedAt": "2026-01-02T11:00:00Z", "createdAt": "2026-01-02T11:00:00Z"}]
    [outcome, *_] = await poll(feed_of(name), asyncio.Event(), lambda *_: None)
    assert outcome.error is None
    assert outcome.counts.delivered == len(ODD) + 1


async def test_odd_items_of_a_list(feed_of: FeedOf, lists: ListConsole, output: RecordingOutput) -> None:
    """An element that names no threat is said to be gone, and the threats beside it are read."""
    lists.lists["/threats"] = [*ODD, threat("1", "11:00")]
    events(lists, "1", 2)
    [outcome] = await poll(feed_of("threat_event"), asyncio.Event(), lambda *_: None)
    assert outcome.error is None
    assert output.ids == ["1.0", "1.1"]
