"""Positions of earlier databases: read to the letter, resumed from, and written with a version from then on."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from s1ecs.collect.backfill.backfill import backfill
from s1ecs.collect.feed import Feed
from s1ecs.collect.period import Period
from s1ecs.collect.poll import poll
from s1ecs.collect.positions.clocked_position import Standing, Taken, standing
from s1ecs.collect.positions.inventory_position import InventoryPosition
from s1ecs.collect.positions.item_position import ItemPosition
from s1ecs.collect.positions.round_position import RoundPosition
from s1ecs.collect.positions.slice_position import SlicePosition
from s1ecs.collect.positions.time_position import TimePosition
from s1ecs.collect.positions.window_position import WindowPosition
from s1ecs.errors import StateError
from s1ecs.sentinelone.server_clock import Clocks
from s1ecs.state.checkpoints import LIVE, REREAD, Commit

from . import recorded_positions as recorded
from .conftest import FeedOf, RecordingOutput
from .lists import ListConsole
from .test_inventory import RISKS, risk
from .test_per_item import ENDPOINTS, events, installations, threat
from .test_window import PATH, alert, phases

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
CLOCKS = Clocks(NOON, NOON, 0.0, 0.0, 0.0, "boot")
PERIOD = Period(datetime(2026, 1, 1, tzinfo=UTC), NOON)

Saved = dict[str, Any]


async def polled(feed: Feed) -> None:
    """One poll, not stopped."""
    for outcome in await poll(feed, asyncio.Event(), lambda *_: None):
        assert outcome.error is None


async def saved_as(feed: Feed, position: Saved, walk: str = LIVE) -> None:
    """Put a position into the database."""
    await feed.checkpoints.commit(feed.walk(walk), Commit(position))


def versionless(saved: Any) -> Any:
    """A position without its versions, and without what says nothing."""
    if isinstance(saved, list):
        return [versionless(each) for each in saved]
    if not isinstance(saved, dict):
        return saved
    return {name: versionless(value) for name, value in saved.items() if name != "format" and value is not None}


@pytest.mark.parametrize(
    ("saved", "expected"),
    [
        (
            recorded.WITHIN_AN_ITEM,
            TimePosition(
                "2026-01-01T12:00:00.000Z",
                greatest="2026-01-02T08:00:00.000Z",
                seen="2026-01-02T08:00:00.000Z",
                item=ItemPosition('["1"]', "2026-01-02T08:10:00.000000Z", "2"),
            ),
        ),
        (
            recorded.BY_TIME_ENDED,
            TimePosition(
                "2026-01-01T12:00:00.000Z", greatest="2026-01-02T11:59:00.000Z", forgotten="2026-01-02T10:49:00.000Z"
            ),
        ),
        (
            recorded.WINDOW_IN_ITS_SECOND_PHASE,
            TimePosition(
                "2026-01-01T12:00:00.000Z",
                greatest="2026-01-02T11:02:00.000Z",
                seen="2026-01-02T11:02:00.000Z",
                window=WindowPosition("2026-01-01T12:00:00.000Z", "2026-01-02T12:00:00.000Z", phase=1),
            ),
        ),
        (recorded.MIGRATED, TimePosition("2026-01-02T09:30:15.000Z")),
        (
            recorded.INVENTORY_WITHIN_AN_ITEM,
            InventoryPosition(
                after='["a","a Ltd"]',
                item=ItemPosition('["b","b Ltd"]', None, "2"),
                began="2026-01-02T12:00:00.000Z",
                listed="2026-01-02T12:00:00.000Z",
                begun=True,
            ),
        ),
        ({}, InventoryPosition()),
        (recorded.INVENTORY_THAT_MISSED_SOMETHING, RoundPosition(0, 1, missed=True)),
        (recorded.REREAD, RoundPosition(3, 1)),
        (recorded.BACKFILL_OF_A_WINDOW, SlicePosition(0, recorded.BACKFILL_OF_A_WINDOW["within"])),
        (recorded.BACKFILL_BEHIND_A_SLICE, SlicePosition(2)),
    ],
)
def test_a_position_without_a_version_is_read(saved: Saved, expected: Any) -> None:
    """Each key of an earlier database has its meaning still."""
    assert type(expected).read(saved) == expected


@pytest.mark.parametrize(
    ("saved", "kinds"),
    [
        (recorded.BY_TIME, ()),
        (recorded.BY_TIME_ENDED, ()),
        (recorded.WITHIN_AN_ITEM, ()),
        (recorded.WINDOW, ()),
        (recorded.WINDOW_IN_ITS_SECOND_PHASE, ()),
        (recorded.CLOCK_JUMPED_AHEAD, ()),
        (recorded.INVENTORY, (InventoryPosition, RoundPosition)),
        (recorded.INVENTORY_THAT_MISSED_SOMETHING, (InventoryPosition, RoundPosition)),
        (recorded.INVENTORY_BEHIND_AN_ITEM, (InventoryPosition, RoundPosition)),
        (recorded.INVENTORY_WITHIN_AN_ITEM, (InventoryPosition, RoundPosition)),
        (recorded.REREAD, (TimePosition, RoundPosition)),
        (recorded.BACKFILL, (SlicePosition,)),
        (recorded.BACKFILL["within"], (TimePosition,)),
        (recorded.BACKFILL_OF_A_WINDOW, (SlicePosition,)),
        (recorded.BACKFILL_OF_A_WINDOW["within"], (WindowPosition,)),
        (recorded.BACKFILL_BEHIND_A_SLICE, (SlicePosition,)),
        (recorded.MIGRATED, (TimePosition,)),
    ],
)
def test_what_was_read_is_written_with_all_that_it_held(saved: Saved, kinds: tuple[Any, ...]) -> None:
    """Nothing of a position is lost on the way; it has a version from then on."""
    written: Saved = {}
    for kind in kinds:
        written |= kind.read(saved).write()
    written = written if kinds else standing(saved, CLOCKS, "").write()
    assert versionless(written) == versionless(saved)
    assert written["format"] == 2


def test_the_clock_of_an_earlier_position_is_read() -> None:
    """The clock under which a position was taken, and the anchor from before it jumped, are known again."""
    anchor = TimePosition(
        "2026-01-01T12:00:00.000Z", greatest="2026-01-02T12:00:00.000Z", forgotten="2026-01-02T10:50:00.000Z"
    )
    assert standing(recorded.CLOCK_JUMPED_AHEAD, CLOCKS, "") == Standing(
        Taken(replace(anchor, greatest="2026-01-02T14:10:00.000Z"), 7200.0, "2026-01-02T12:10:00.000Z"),
        first="2026-01-01T12:00:00.000Z",
        stepped="2026-01-02T12:10:00.000Z",
        anchors=(Taken(anchor, 0.0, "2026-01-02T12:00:00.000Z"),),
        reach=7200.0,
        since="boot",
    )


async def test_a_list_by_time_goes_on_an_overlap_before_its_position(feed_of: FeedOf, lists: ListConsole) -> None:
    """What an earlier s1ecs had read is not asked for again, but for the overlap."""
    feed = feed_of("threat")
    await saved_as(feed, recorded.BY_TIME)
    await polled(feed)
    assert lists.asked[0][1]["updatedAt__gte"] == "2026-01-02T07:50:00Z"


async def test_an_item_goes_on_behind_its_cursor(feed_of: FeedOf, lists: ListConsole) -> None:
    """The item that an earlier s1ecs was cut off in goes on where it stood."""
    feed = feed_of("threat_event", page_size=2)
    lists.lists["/threats"] = [threat("1", "08:10")]
    events(lists, "1", 5)
    await saved_as(feed, recorded.WITHIN_AN_ITEM)
    await polled(feed)
    assert [asked.get("cursor") for path, asked in lists.asked if path != "/threats"] == ["2", "4"]


@pytest.mark.parametrize(
    ("saved", "expected"),
    [
        (recorded.WINDOW, [("detectedAt", "2"), ("updatedAt", None), ("updatedAt", "2")]),
        (recorded.WINDOW_IN_ITS_SECOND_PHASE, [("updatedAt", None), ("updatedAt", "2")]),
    ],
)
async def test_a_window_goes_on_in_its_phase(
    feed_of: FeedOf, lists: ListConsole, saved: Saved, expected: list[tuple[str, str | None]]
) -> None:
    """The window that an earlier s1ecs was cut off in is walked to its end first."""
    feed = feed_of("unified_alert", page_size=2)
    lists.lists[PATH] = [alert(str(number), "11:00", f"11:0{number}") for number in range(3)]
    await saved_as(feed, saved)
    await polled(feed)
    assert phases(lists)[: len(expected)] == expected
    span = lists.asked[0][1]["filters"][0]["dateTimeRange"]
    assert span["end"] - span["start"] == timedelta(hours=24) / timedelta(milliseconds=1)


@pytest.mark.parametrize("saved", [recorded.INVENTORY, recorded.INVENTORY_THAT_MISSED_SOMETHING])
async def test_an_inventory_goes_on_in_its_round(feed_of: FeedOf, lists: ListConsole, saved: Saved) -> None:
    """The walk goes on at its page; it completes its round, unless it missed something before."""
    feed = feed_of("application_risk", page_size=2)
    lists.lists[RISKS] = [risk("a"), risk("b"), risk("c")]
    await saved_as(feed, saved)
    await polled(feed)
    assert lists.asked[0][1].get("cursor") == saved["page"]
    assert (await feed.checkpoints.rounds(feed.walk(LIVE))).completed == (0 if saved.get("missed") else 1)


@pytest.mark.parametrize(
    ("saved", "cursors"),
    [(recorded.INVENTORY_BEHIND_AN_ITEM, [None, "2", "4"]), (recorded.INVENTORY_WITHIN_AN_ITEM, ["2", "4"])],
)
async def test_an_inventory_goes_on_behind_its_item(
    feed_of: FeedOf, lists: ListConsole, saved: Saved, cursors: list[str | None]
) -> None:
    """No item that an earlier s1ecs had read through is asked for again."""
    feed = feed_of("application", page_size=2)
    installations(lists, a=1, b=5)
    await saved_as(feed, saved)
    await polled(feed)
    assert f"{ENDPOINTS} a" not in lists.paths()
    assert [asked.get("cursor") for path, asked in lists.asked if path == f"{ENDPOINTS} b"] == cursors


async def test_a_reread_goes_on_in_its_round(feed_of: FeedOf, lists: ListConsole) -> None:
    """A second reading that was cut off goes on from its position, and completes the round that it began."""
    feed = feed_of("agent", reread_interval=timedelta(hours=1))
    await saved_as(feed, {**recorded.BY_TIME_ENDED, "first": "1970-01-01T00:00:00.000Z"})
    due = Commit(recorded.REREAD, next_due=NOON - timedelta(minutes=1))
    await feed.checkpoints.commit(feed.walk(REREAD), due)
    await polled(feed)
    assert [asked["updatedAt__gte"] for _, asked in lists.asked] == ["2026-01-02T11:49:00Z", "2026-01-01T23:50:00Z"]
    assert (await feed.checkpoints.rounds(feed.walk(LIVE))).completed == 1


async def test_a_backfill_goes_on_within_its_slice(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """A backfill of an earlier s1ecs goes on behind the cursor of its item."""
    feed = feed_of("threat_event", page_size=2)
    lists.lists["/threats"] = [threat("1", "08:10")]
    events(lists, "1", 5)
    await saved_as(feed, recorded.BACKFILL, PERIOD.name)
    await backfill(feed, PERIOD, asyncio.Event(), lambda *_: None)
    assert lists.asked[0][1]["updatedAt__gte"] == "2026-01-02T08:00:00Z"
    assert output.ids == ["1.2", "1.3", "1.4"]


async def test_a_backfill_goes_on_within_its_window(feed_of: FeedOf, lists: ListConsole) -> None:
    """A backfill of unified alerts goes on with its own window, behind its cursor."""
    feed = feed_of("unified_alert", page_size=2)
    lists.lists[PATH] = [alert(str(number), "11:00", f"11:0{number}") for number in range(3)]
    await saved_as(feed, recorded.BACKFILL_OF_A_WINDOW, PERIOD.name)
    await backfill(feed, PERIOD, asyncio.Event(), lambda *_: None)
    assert phases(lists) == [("detectedAt", "2"), ("updatedAt", None), ("updatedAt", "2")]


async def test_a_backfill_that_was_read_is_not_read_again(feed_of: FeedOf, lists: ListConsole) -> None:
    """Behind its last slice nothing is asked for."""
    feed = feed_of("threat")
    await saved_as(feed, recorded.BACKFILL_BEHIND_A_SLICE, PERIOD.name)
    assert await backfill(feed, PERIOD, asyncio.Event(), lambda *_: None) is None
    assert not lists.asked


async def test_a_position_of_a_later_version_is_left_alone(feed_of: FeedOf, lists: ListConsole) -> None:
    """What a newer s1ecs saved is neither guessed at nor overwritten; the error says which one to run."""
    feed = feed_of("threat")
    newer = {**recorded.BY_TIME, "format": 3}
    await saved_as(feed, newer)
    [outcome] = await poll(feed, asyncio.Event(), lambda *_: None)
    assert isinstance(outcome.error, StateError)
    assert "a newer s1ecs has written to this state directory" in str(outcome.error)
    assert (await feed.checkpoints.load(feed.walk(LIVE))).position == newer
    assert not lists.asked
