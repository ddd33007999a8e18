"""A call per item: order, resuming, items that fail, items that did not change."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Outcome
from s1ecs.collect.poll import poll
from s1ecs.errors import ApiProblem, Forbidden, NotFound, ServerTrouble, Unauthorized
from s1ecs.state.checkpoints import LIVE
from s1ecs.streams import STREAMS
from s1ecs.streams.collection_modes import ByTime
from s1ecs.streams.threat import TIMELINE

from .conftest import FeedOf, RecordingOutput
from .lists import ListConsole

pytestmark = pytest.mark.in_memory


INVENTORY = "/application-management/inventory"
ENDPOINTS = "/application-management/inventory/endpoints"
TROUBLE = ServerTrouble("boom", problem=ApiProblem(status=500))


async def polled(feed: Feed) -> Outcome:
    """One poll, not stopped; the live walk's outcome."""
    return (await poll(feed, asyncio.Event(), lambda *_: None))[0]


def threat(identity: str, updated: str) -> dict[str, Any]:
    """A threat with an id and the time of its last change, on 2026-01-02."""
    return {"id": identity, "threatInfo": {"updatedAt": f"2026-01-02T{updated}:00.000000Z"}}


def events(lists: ListConsole, identity: str, count: int) -> None:
    """Give a threat that many events."""
    lists.lists[f"/threats/{identity}/explore/events"] = [
        {"id": f"{identity}.{number}", "createdAt": "2026-01-01T00:00:00Z"} for number in range(count)
    ]


def installations(lists: ListConsole, **counts: int) -> None:
    """An inventory of applications of a vendor each, with that many installations."""
    lists.lists[INVENTORY] = [
        {"applicationName": name, "applicationVendor": f"{name} Ltd", "endpointsCount": count}
        for name, count in counts.items()
    ]
    for name, count in counts.items():
        lists.lists[f"{ENDPOINTS} {name}"] = [
            {"id": f"{name}{number}", "applicationName": name, "endpointId": str(number)} for number in range(count)
        ]


async def test_installations_carry_their_vendor(feed_of: FeedOf, lists: ListConsole, output: RecordingOutput) -> None:
    """Every installation of every application arrives, in the order of the list, with the vendor of the list."""
    installations(lists, a=3, b=1, c=2)
    await polled(feed_of("application", page_size=2))
    delivered = [document["sentinel_one"]["application"] for document in output.recorded]
    assert [each["id"] for each in delivered] == ["a0", "a1", "a2", "b0", "c0", "c1"]
    assert {each["application_vendor"] for each in delivered} == {"a Ltd", "b Ltd", "c Ltd"}
    _, asked = next(each for each in lists.asked if each[0] == f"{ENDPOINTS} b")
    assert (asked["applicationVendor"], asked["sortBy"], asked["sortOrder"]) == ("b Ltd", "endpointName", "asc")


async def test_items_are_asked_in_parallel_within_bounds(feed_of: FeedOf, lists: ListConsole) -> None:
    """Several applications are asked at once, but never more than a dozen or so, however many there are."""
    installations(lists, **{f"app{number}": 1 for number in range(100)})
    await polled(feed_of("application"))
    assert 4 < lists.most_at_once < 20


async def test_a_walk_goes_on_within_the_item(feed_of: FeedOf, lists: ListConsole, output: RecordingOutput) -> None:
    """Stopped in the middle of an application, the next poll asks for nothing that was delivered before."""
    installations(lists, a=1, b=5, c=1)
    feed = feed_of("application", page_size=2)
    stop = asyncio.Event()

    def progress(_feed: Feed, records: int, *_: object) -> None:
        if records >= 3:
            stop.set()

    await poll(feed, stop, progress)
    assert len(output.recorded) == 3
    lists.asked.clear()
    await polled(feed)
    assert [document["sentinel_one"]["application"]["id"] for document in output.recorded] == [
        *("a0", "b0", "b1", "b2", "b3", "b4", "c0")
    ]
    assert f"{ENDPOINTS} a" not in lists.paths()
    assert [asked.get("cursor") for name, asked in lists.asked if name == f"{ENDPOINTS} b"] == ["2", "4"]


async def test_a_list_that_expired_goes_on_behind_the_last_item(feed_of: FeedOf, lists: ListConsole) -> None:
    """A list cursor that the console forgot makes the list begin anew, but not the calls that were made."""
    installations(lists, a=1, b=1, c=1, d=1)
    lists.expired = {"2"}
    outcome = await polled(feed_of("application", page_size=2))
    assert (outcome.error, outcome.counts.delivered) == (None, 4)
    assert lists.paths().count(f"{ENDPOINTS} a") == 1
    assert lists.paths().count(INVENTORY) == 4


async def stopped_after(feed: Feed, records: int) -> None:
    """One poll that is stopped once it has read that many records."""
    stop = asyncio.Event()
    await poll(feed, stop, lambda _feed, read, *_: stop.set() if read >= records else None)


@pytest.mark.parametrize("cursors", [set(), {"3"}], ids=["the same page", "a list that begins anew"])
async def test_a_page_that_comes_again_in_another_order(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, cursors: set[str]
) -> None:
    """Applications that stand before the last one only the second time are asked for: none is left out of the walk."""
    installations(lists, a=1, b=1, c=1, f=1, e=1, d=1)
    feed = feed_of("application", page_size=3)
    await stopped_after(feed, 4)
    assert len(output.recorded) == 4
    installations(lists, a=1, b=1, c=1, d=1, e=1, f=1)
    lists.expired = cursors
    lists.asked.clear()
    outcome = await polled(feed)
    assert (outcome.error, len(output.recorded)) == (None, 6)
    assert {f"{ENDPOINTS} d", f"{ENDPOINTS} e"} <= set(lists.paths())
    assert f"{ENDPOINTS} a" not in lists.paths()


async def test_items_of_a_list_that_begins_anew_in_other_pages(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """What the former page had unread is found on the page before, where the pages are cut elsewhere now."""
    installations(lists, a=1, b=1, c=1, f=1, e=1, d=1)
    feed = feed_of("application", page_size=3)
    await stopped_after(feed, 4)
    installations(lists, **dict.fromkeys(("_1", "_2", "a", "b", "c", "d", "e", "f"), 1))
    lists.expired = {"3"}
    outcome = await polled(feed)
    delivered = {document["sentinel_one"]["application"]["id"] for document in output.recorded}
    assert (outcome.error, {"d0", "e0", "f0"} <= delivered) == (None, True)


async def test_one_item_that_fails_neither_blocks_nor_loses(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """The others go on; it is kept, asked for again at the next poll, and its records arrive when it answers."""
    lists.lists["/threats"] = [threat("1", "08:00"), threat("2", "08:10"), threat("3", "11:00")]
    for identity in "123":
        events(lists, identity, 2)
    lists.failures["/threats/2/explore/events"] = [TROUBLE, TROUBLE]
    feed = feed_of("threat_event")
    outcome = await polled(feed)
    assert (outcome.error, outcome.misses, output.ids) == (None, True, ["1.0", "1.1", "3.0", "3.1"])
    assert [failure.again for failure in outcome.failed] == [False]
    lists.clock += timedelta(minutes=1)
    outcome = await polled(feed)
    assert [failure.again for failure in outcome.failed] == [True]
    lists.clock += timedelta(minutes=1)
    outcome = await polled(feed)
    assert not outcome.misses
    assert output.ids[4:] == ["2.0", "2.1"]
    assert not await feed.checkpoints.failed(feed.walk(LIVE), 9, ("", ""))


async def test_a_deleted_item_is_left_behind(feed_of: FeedOf, lists: ListConsole, output: RecordingOutput) -> None:
    """A threat that is deleted (404) is said, and neither kept nor asked for again."""
    lists.lists["/threats"] = [threat("1", "11:55"), threat("2", "11:45")]
    events(lists, "2", 1)
    lists.failures["/threats/1/explore/events"] = [NotFound("no such threat", problem=ApiProblem(status=404))]
    feed = feed_of("threat_event")
    outcome = await polled(feed)
    assert ([failure.gone for failure in outcome.failed], outcome.misses, output.ids) == ([True], False, ["2.0"])
    lists.asked.clear()
    await polled(feed)
    assert lists.paths() == ["/threats"]


async def test_a_threat_that_did_not_change_is_not_read_again(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """A threat that is listed again, because it changed lately, is asked for its events again only if it changed."""
    lists.lists["/threats"] = [threat("1", "11:45"), threat("2", "11:46")]
    events(lists, "1", 1)
    events(lists, "2", 1)
    feed = feed_of("threat_event")
    await polled(feed)
    lists.lists["/threats"] = [threat("1", "11:45"), threat("2", "11:48")]
    events(lists, "2", 2)
    lists.asked.clear()
    outcome = await polled(feed)
    assert lists.paths() == ["/threats", "/threats/2/explore/events"]
    assert (outcome.counts.records, output.ids) == (2, ["1.0", "2.0", "2.1"])


async def test_events_that_become_visible_late_arrive(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """Events that the console shows later than their threat's change arrive, though the threat changes no more."""
    lists.lists["/threats"] = [threat("1", "11:55")]
    events(lists, "1", 1)
    feed = feed_of("threat_event")
    await polled(feed)
    events(lists, "1", 3)
    lists.clock += timedelta(minutes=4)
    await polled(feed)
    assert output.ids == ["1.0", "1.1", "1.2"]
    lists.clock += timedelta(minutes=4)
    await polled(feed)
    lists.asked.clear()
    await polled(feed)
    assert lists.paths() == ["/threats"]


async def test_events_are_known_however_long_ago_they_were_read(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """A threat that changes after months gives its events again; none of them is delivered twice."""
    lists.lists["/threats"] = [threat("1", "11:55")]
    events(lists, "1", 3)
    feed = feed_of("threat_event")
    await polled(feed)
    lists.clock += timedelta(days=200)
    lists.lists["/threats"] = [threat("2", "11:59"), {"id": "1", "threatInfo": {"updatedAt": "2026-07-01T00:00:00Z"}}]
    await polled(feed)
    await polled(feed)
    assert output.ids == ["1.0", "1.1", "1.2"]


async def test_many_failures_in_a_row_end_the_poll(feed_of: FeedOf, lists: ListConsole) -> None:
    """What fails for one item after the other is no trouble of theirs: the poll ends with it and asks no more."""
    lists.lists["/threats"] = [threat(str(number), "11:00") for number in range(100, 160)]
    for number in range(100, 160):
        lists.failures[f"/threats/{number}/explore/events"] = [Forbidden("no", problem=ApiProblem(status=403))]
    outcome = await polled(feed_of("threat_event"))
    assert isinstance(outcome.error, Forbidden)
    assert len(outcome.failed) == 5
    assert len(lists.asked) < 30


async def test_a_refused_token_ends_the_poll_and_keeps_the_position(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """A 401 is no trouble of the item: nothing is set aside, and the next poll asks for it."""
    lists.lists["/threats"] = [threat("1", "11:00"), threat("2", "11:01")]
    events(lists, "1", 1)
    events(lists, "2", 1)
    lists.failures["/threats/2/explore/events"] = [Unauthorized("who", problem=ApiProblem(status=401))]
    feed = feed_of("threat_event")
    outcome = await polled(feed)
    assert isinstance(outcome.error, Unauthorized)
    assert not outcome.failed
    await polled(feed)
    assert output.ids == ["1.0", "2.0"]


async def test_timeline_entries_come_with_their_threat(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """With the timeline on: a document an entry, the threat alone without entries; where it fails, with the error."""
    lists.lists["/threats"] = [threat("1", "11:00"), threat("2", "11:01"), threat("3", "11:02"), {"threatInfo": {}}]
    lists.lists["/threats/1/timeline"] = [{"id": "e1"}, {"id": "e2"}, {"id": "e3"}]
    lists.failures["/threats/3/timeline"] = [TROUBLE]
    feed = feed_of("threat", page_size=2)
    assert isinstance(feed.ask, ByTime)
    feed = replace(feed, ask=replace(feed.ask, per_item=TIMELINE))
    await polled(feed)
    found = [
        (document["sentinel_one"].get("threat", {}).get("id"), document["sentinel_one"]["threat"].get("timeline"))
        for document in output.recorded
        if "sentinel_one" in document
    ]
    assert found == [
        *(("1", {"id": f"e{number}", "threat_id": "1"}) for number in (1, 2, 3)),
        ("2", None),
        ("3", None),
    ]
    assert "boom" in str(output.recorded[4]["error"])
    lists.lists["/threats/3/timeline"] = [{"id": "e9"}]
    lists.clock += timedelta(minutes=1)
    await polled(feed)
    assert output.recorded[-1]["sentinel_one"]["threat"]["timeline"]["id"] == "e9"


async def test_entries_of_layout_2_outlast_their_threat(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """An entry, whose id there does not change with the threat, comes once, however often the threat changes."""
    stream = STREAMS["threat"].in_layout(2)
    feed = replace(feed_of("threat"), stream=stream, ask=stream.optional["threat_timeline"], mapper=stream.mapper())
    created = {"createdAt": "2026-01-02T10:00:00Z", "updatedAt": "2026-01-02T10:00:00Z"}
    lists.lists["/threats/1/timeline"] = [{"id": "e1", **created}]
    for updated in ("11:00", "11:01", "11:02"):
        lists.lists["/threats"] = [threat("1", updated)]
        await polled(feed)
    lists.lists["/threats/1/timeline"].append({"id": "e2", **created})
    lists.lists["/threats"] = [threat("1", "11:03")]
    await polled(feed)
    entries = [document["sentinel_one"]["threat"]["timeline"]["id"] for document in output.recorded]
    assert entries == ["e1", "e2"]
