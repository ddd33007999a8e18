"""Backfill: a past range in slices, resumable, without doubles, beside the live collection."""

import asyncio
from datetime import UTC, datetime, timedelta

from s1ecs.collect.backfill import Period, backfill, can_backfill, forget, read_before
from s1ecs.collect.checkpoint import LIVE
from s1ecs.collect.poll import poll
from s1ecs.errors import ApiProblem, ServerTrouble
from s1ecs.streams import STREAMS

from .conftest import FeedOf, RecordingOutput
from .lists import ListConsole
from .test_per_item import events, threat
from .test_window import PATH, alert

DAY = datetime(2026, 1, 2, tzinfo=UTC)
PERIOD = Period(DAY - timedelta(days=1), DAY + timedelta(hours=12))


def never(*_: object) -> None:
    """Tell nobody."""


def test_slices_cover_the_period() -> None:
    """A period is cut into days that meet, the last one shorter; a short one is a single slice."""
    assert PERIOD.slices() == [
        Period(DAY - timedelta(days=1), DAY),
        Period(DAY, DAY + timedelta(hours=12)),
    ]
    assert Period(DAY, DAY + timedelta(minutes=1)).slices() == [Period(DAY, DAY + timedelta(minutes=1))]


def test_inventories_have_no_past() -> None:
    """Streams that the API does not filter by time can't be backfilled, all others can."""
    assert [name for name, stream in STREAMS.items() if not can_backfill(stream.ask)] == [
        "application",
        "application_risk",
    ]


async def test_groups_of_a_range_are_asked_for(feed_of: FeedOf, lists: ListConsole) -> None:
    """Each slice is asked for by both its bounds, in whole seconds."""
    feed = feed_of("group")
    await backfill(feed, PERIOD, asyncio.Event(), never)
    assert [(asked["updatedAt__gte"], asked["updatedAt__lte"]) for _, asked in lists.asked] == [
        ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        ("2026-01-02T00:00:00Z", "2026-01-02T12:00:00Z"),
    ]


async def test_a_backfill_goes_on_where_it_stopped(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """After a failure the same command reads on in the slice that failed, and delivers nothing twice."""
    feed = feed_of("threat_event")
    lists.lists["/threats"] = [threat("1", "08:00"), threat("2", "08:10")]
    events(lists, "1", 2)
    events(lists, "2", 2)
    lists.failures["/threats"] = [ServerTrouble("down", problem=ApiProblem(status=503))]
    outcome = await backfill(feed, PERIOD, asyncio.Event(), never)
    assert outcome is not None
    assert outcome.error is not None
    assert not await read_before(feed, PERIOD)
    await backfill(feed, PERIOD, asyncio.Event(), never)
    assert sorted(output.ids) == ["1.0", "1.1", "2.0", "2.1"]
    assert await read_before(feed, PERIOD)
    assert await backfill(feed, PERIOD, asyncio.Event(), never) is None


async def test_backfill_and_live_collection_leave_each_other_alone(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """What one of them delivered the other drops; the live position stays where it is."""
    feed = feed_of("unified_alert")
    lists.lists[PATH] = [alert("1", "03:00", "11:58"), alert("2", "11:59", "11:59")]
    await poll(feed, asyncio.Event(), never)
    position = (await feed.checkpoints.load(feed.walk(LIVE))).position
    lists.lists[PATH].insert(0, alert("0", "02:00", "02:00"))
    outcome = await backfill(feed, PERIOD, asyncio.Event(), never)
    assert outcome is not None
    assert (outcome.counts.delivered, output.ids) == (1, ["1", "2", "0"])
    assert (await feed.checkpoints.load(feed.walk(LIVE))).position == position


async def test_a_period_can_be_read_again(feed_of: FeedOf, lists: ListConsole) -> None:
    """After `forget` the period is read from its beginning."""
    feed = feed_of("group")
    await backfill(feed, PERIOD, asyncio.Event(), never)
    lists.asked.clear()
    await forget(feed, PERIOD)
    await backfill(feed, PERIOD, asyncio.Event(), never)
    assert len(lists.asked) == 2


async def test_ids_of_a_finished_backfill_are_forgotten(feed_of: FeedOf, lists: ListConsole) -> None:
    """The state does not grow with what was backfilled: the ids of finished slices leave it."""
    feed = feed_of("unified_alert")
    lists.clock += timedelta(days=30)
    lists.lists[PATH] = [alert(str(hour), f"0{hour}:00", f"0{hour}:00") for hour in range(1, 9)]
    await backfill(feed, PERIOD, asyncio.Event(), never)
    rows = await feed.checkpoints._rows("SELECT id FROM seen UNION ALL SELECT id FROM backfilled")  # type: ignore[attr-defined]
    assert not rows
