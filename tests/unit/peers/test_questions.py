"""What is asked of the console, whatever happened before."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from s1ecs.errors import ServerTrouble
from s1ecs.streams import STREAMS
from s1ecs.streams.collection_modes import ByTime, Window
from tests.unit.collect.conftest import FeedOf, RecordingOutput
from tests.unit.collect.lists import ListConsole

from .test_checkpoints import BY_TIME, FOLLOWED, polled, put


@pytest.mark.parametrize("stream", STREAMS)
async def test_every_list_is_read_to_its_end_in_ascending_order(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, stream: str
) -> None:
    """However many pages there are and however small they are, all are asked for, each with its order."""
    put(lists, stream, *map(str, range(25)))
    feed = feed_of(stream, page_size=2)
    await polled(feed)
    assert len(output.delivered) == 25
    asked = [parameters for path, parameters in lists.asked if path == feed.ask.path]
    orders = [each.get("sortOrder") or each["sort"]["order"].lower() for each in asked]
    assert len(orders) >= 13
    assert set(orders) == {"asc"}


@pytest.mark.parametrize("stream", FOLLOWED)
async def test_equal_times_across_pages_and_polls(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, stream: str
) -> None:
    """Records that share the last time of a page, or of a poll, all arrive, once."""
    put(lists, stream, *map(str, range(7)))
    feed = feed_of(stream, page_size=3)
    await polled(feed)
    put(lists, stream, *map(str, range(7, 12)))
    # A window reaches back by its overlap, as the other streams do.
    feed = replace(feed, pace=replace(feed.pace, overlap=timedelta(hours=2)))
    await polled(feed)
    assert len(output.delivered) == len(set(output.delivered)) == 12


def test_bounds_include_their_moment() -> None:
    """Lower and upper bounds are `gte` and `lte`: none leaves out a record at its very moment."""
    asks = [stream.ask for stream in STREAMS.values() if isinstance(stream.ask, ByTime)]
    assert asks
    assert {ask.since[-5:] for ask in asks} == {"__gte"}
    assert {ask.until[-5:] for ask in asks} == {"__lte"}


@pytest.mark.parametrize("stream", BY_TIME)
async def test_bounds_are_utc_wherever_the_machine_is(
    feed_of: FeedOf, lists: ListConsole, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    """The machine's own time zone is in no bound."""
    put(lists, stream, "1")
    feed = feed_of(stream)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        await polled(feed)
        await polled(feed)
    finally:
        monkeypatch.undo()
        time.tzset()
    asked = [asked for path, asked in lists.asked if path == feed.ask.path]
    assert isinstance(feed.ask, ByTime)
    assert asked[-1][feed.ask.since] == "2026-01-02T10:50:00Z"


@pytest.mark.parametrize("stream", STREAMS)
async def test_settings_outlive_an_error(feed_of: FeedOf, lists: ListConsole, stream: str) -> None:
    """After an error pages are as large, and sites as narrow, as before it."""
    put(lists, stream, "1", "2", "3")
    lists.failures[f"{STREAMS[stream].ask.path} 2"] = [ServerTrouble("no")]
    feed = replace(feed_of(stream, page_size=2), scope={"siteIds": "7"})
    await polled(feed)
    await polled(feed)
    asked = [parameters for path, parameters in lists.asked if path == feed.ask.path]
    assert len(asked) > 2
    assert {str(each.get("limit") or each["first"]) for each in asked} == {"2"}
    if not isinstance(feed.ask, Window):
        assert {each["siteIds"] for each in asked} == {"7"}


async def test_an_update_of_a_known_host_arrives(feed_of: FeedOf, lists: ListConsole, output: RecordingOutput) -> None:
    """Hosts are followed by when they changed, not by when they came to be."""
    lists.lists["/agents"] = [{"id": "1", "createdAt": "2020-01-01T00:00:00Z", "updatedAt": "2026-01-02T11:00:00Z"}]
    feed = feed_of("agent")
    await polled(feed)
    lists.lists["/agents"][0] |= {"updatedAt": "2026-01-02T11:58:00Z", "computerName": "renamed"}
    await polled(feed)
    assert [document.get("host", {}).get("name") for document in output.recorded] == [None, "renamed"]
    assert lists.asked[-1][1]["updatedAt__gte"] == "2026-01-02T10:50:00Z"
    assert lists.asked[-1][1]["sortBy"] == "updatedAt"


@pytest.mark.parametrize("stream", ["application", "application_risk"])
async def test_an_unchanged_inventory_is_not_sent_again(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, stream: str
) -> None:
    """Days of whole readings of the same inventory bring one document a thing."""
    put(lists, stream, "1", "2", "3")
    feed = feed_of(stream)
    for _ in range(4):
        await polled(feed)
        lists.clock += timedelta(days=1)
    assert len(output.delivered) == 3


@pytest.mark.parametrize("stream", STREAMS)
async def test_keys_that_nobody_knows_cost_nothing(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, stream: str
) -> None:
    """A newer console's keys, nulls, empty texts, objects and lists in a record leave no error in its document."""
    put(lists, stream, "1")
    odd: dict[str, Any] = {
        "brandNew": {"k": [1, None]},
        "nothing": None,
        "emptyText": "",
        "emptyList": [],
        "emptyObject": {},
    }
    for made in lists.lists.values():
        for each in made:
            each.update(odd)
    outcome = await polled(feed_of(stream))
    [document] = output.documents
    assert (outcome.counts.failed, "error" in document) == (0, False)


async def test_records_at_the_edge_of_a_window_arrive_once(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """Windows that only touch leave no gap: neither the last moment of one nor the first of the next is lost."""
    feed = feed_of("unified_alert", overlap=timedelta(0))
    put(lists, "unified_alert", "1", time="2026-01-02T12:00:00.000Z")
    await polled(feed)
    put(lists, "unified_alert", "2", time="2026-01-02T12:00:00.001Z")
    lists.clock += timedelta(minutes=1)
    await polled(feed)
    assert output.ids == ["1", "2"]
