"""A window in two phases: what came to be and what changed, without a gap between windows."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Outcome
from s1ecs.collect.poll import poll
from s1ecs.errors import ApiProblem, BrokenWalk, Refused, ServerTrouble, Unreadable
from s1ecs.state.checkpoints import LIVE

from .conftest import FeedOf, RecordingOutput
from .lists import ListConsole

pytestmark = pytest.mark.in_memory


PATH = "/unifiedalerts/graphql"


def alert(identity: str, detected: str, updated: str) -> dict[str, Any]:
    """A unified alert with times of 2026-01-02."""
    return {
        "id": identity,
        "detectedAt": f"2026-01-02T{detected}:00.000Z",
        "updatedAt": f"2026-01-02T{updated}:00.000Z",
    }


async def polled(feed: Feed) -> Outcome:
    """One poll, not stopped."""
    return (await poll(feed, asyncio.Event(), lambda *_: None))[0]


def phases(lists: ListConsole) -> list[tuple[str, str | None]]:
    """Which field was asked by, and behind which cursor."""
    return [(asked["sort"]["by"], asked.get("after")) for _, asked in lists.asked]


async def test_both_phases_walk_the_same_window(feed_of: FeedOf, lists: ListConsole, output: RecordingOutput) -> None:
    """What was detected and what was updated in the window arrives, each state once, in pages."""
    lists.lists[PATH] = [alert("1", "09:00", "10:00"), alert("2", "11:00", "11:30"), alert("3", "11:10", "11:10")]
    feed = feed_of("unified_alert", page_size=2)
    outcome = await polled(feed)
    assert (outcome.counts.records, output.ids) == (6, ["1", "2", "3"])
    assert phases(lists) == [("detectedAt", None), ("detectedAt", "2"), ("updatedAt", None), ("updatedAt", "2")]
    windows = [asked["filters"][0]["dateTimeRange"] for _, asked in lists.asked]
    assert all(window == windows[0] for window in windows)
    assert windows[0]["end"] - windows[0]["start"] == timedelta(hours=24) / timedelta(milliseconds=1)
    assert windows[0]["startInclusive"] is False


async def test_windows_overlap(feed_of: FeedOf, lists: ListConsole, output: RecordingOutput) -> None:
    """The next window begins an overlap before the last one's end, so what becomes visible late is not missed."""
    lists.lists[PATH] = [alert("1", "11:55", "11:55")]
    feed = feed_of("unified_alert")
    await polled(feed)
    lists.lists[PATH] += [alert("late", "11:56", "11:56")]
    lists.clock += timedelta(minutes=1)
    await polled(feed)
    assert output.ids == ["1", "late"]


async def test_a_changed_alert_is_a_new_document(feed_of: FeedOf, lists: ListConsole, output: RecordingOutput) -> None:
    """An alert that changes is found by its update, though it was detected long before the window."""
    lists.lists[PATH] = [alert("1", "09:00", "09:00")]
    feed = feed_of("unified_alert")
    await polled(feed)
    lists.clock += timedelta(hours=2)
    lists.lists[PATH] = [alert("1", "09:00", "13:59")]
    await polled(feed)
    assert output.ids == ["1", "1"]


async def test_a_window_that_was_cut_off_is_finished(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """After a failure the same window goes on in its phase, behind the page that was delivered last."""
    lists.lists[PATH] = [alert(str(number), "11:00", "11:00") for number in range(3)]
    feed = feed_of("unified_alert", page_size=2)
    lists.failures[f"{PATH} 2"] = [ServerTrouble("down", problem=ApiProblem(status=503))]
    assert (await polled(feed)).error is not None
    first_window = lists.asked[0][1]["filters"][0]["dateTimeRange"]
    lists.asked.clear()
    lists.clock += timedelta(minutes=5)
    assert (await polled(feed)).error is None
    assert phases(lists)[:3] == [("detectedAt", "2"), ("updatedAt", None), ("updatedAt", "2")]
    assert lists.asked[0][1]["filters"][0]["dateTimeRange"] == first_window
    assert output.ids == ["0", "1", "2"]


async def test_behind_a_window_that_was_cut_off_comes_the_next(feed_of: FeedOf, lists: ListConsole) -> None:
    """The poll that finishes an old window also walks the one up to now."""
    feed = feed_of("unified_alert")
    lists.failures[PATH] = [ServerTrouble("down", problem=ApiProblem(status=503))]
    await polled(feed)
    lists.clock += timedelta(hours=1)
    lists.lists[PATH] = [alert("1", "12:30", "12:30")]
    outcome = await polled(feed)
    assert (outcome.error, outcome.counts.delivered) == (None, 1)
    position = (await feed.checkpoints.load(feed.walk(LIVE))).position
    assert position["greatest"] == "2026-01-02T12:30:00.000Z"


@pytest.mark.parametrize("data", [None, {}, {"alerts": None}, {"alerts": {"edges": None}}])
async def test_an_answer_without_a_list_fails_the_poll(feed_of: FeedOf, lists: ListConsole, data: Any) -> None:
    """What has no list of edges says nothing of what there is: the window stays."""
    feed = feed_of("unified_alert")
    lists.graphql_data = [data] * 20
    assert isinstance((await polled(feed)).error, Unreadable)
    assert not (await feed.checkpoints.load(feed.walk(LIVE))).position


async def test_a_promised_page_without_a_cursor_is_a_broken_walk(feed_of: FeedOf, lists: ListConsole) -> None:
    """A next page that can't be asked for is not the end of the window."""
    lists.graphql_data = [{"alerts": {"edges": [], "pageInfo": {"hasNextPage": True, "endCursor": None}}}]
    assert isinstance((await polled(feed_of("unified_alert"))).error, BrokenWalk)


async def test_an_alert_that_cannot_be_read_is_passed_over(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """It is said and left out; the query for next to nothing of it leads to those behind it."""
    lists.lists[PATH] = [alert(str(number), f"11:0{number}", f"11:0{number}") for number in range(5)]
    lists.unreadable = {"2"}
    outcome = await polled(feed_of("unified_alert"))
    assert (outcome.error, outcome.misses) == (None, True)
    assert sorted(output.ids) == ["0", "1", "3", "4"]
    assert len(outcome.unread) == 2


async def test_only_the_sites_of_the_settings(feed_of: FeedOf, lists: ListConsole, output: RecordingOutput) -> None:
    """The query can't be narrowed to sites: alerts of others are left out, those without a site are kept."""
    scopes = ({"scope": {"site": {"id": "7"}}}, {"scope": {"site": {"id": "8"}}}, None)
    lists.lists[PATH] = [
        {**alert(str(number), "11:00", "11:00"), "realTime": scope} for number, scope in enumerate(scopes)
    ]
    await polled(replace(feed_of("unified_alert"), scope={"siteIds": "5,7"}))
    assert output.ids == ["0", "2"]


async def test_a_clock_ahead_for_a_while_opens_no_gap(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """A window that ended in the future does not begin the next one behind its own end."""
    feed = feed_of("unified_alert")
    lists.clock += timedelta(hours=5)
    await polled(feed)
    lists.clock -= timedelta(hours=5)
    lists.lists[PATH] = [alert("1", "11:55", "11:55")]
    await polled(feed)
    assert output.ids == ["1"]


async def test_a_wrong_date_before_an_outage_opens_no_gap(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """After one poll by a clock six hours ahead and five hours without a poll, the alerts of those hours arrive."""
    feed = feed_of("unified_alert")
    lists.clock += timedelta(hours=6)
    await polled(feed)
    lists.clock -= timedelta(hours=1)
    lists.lists[PATH] = [alert("1", "14:00", "14:00")]
    await polled(feed)
    assert output.ids == ["1"]


async def test_windows_follow_each_other_after_a_wrong_date(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """One answer whose date is six hours ahead costs no alert of those six hours, nor of the time behind them."""
    feed = feed_of("unified_alert")
    lists.clock += timedelta(hours=6)
    await polled(feed)
    lists.clock -= timedelta(hours=6)
    times = ["12:01", "12:02", "12:03", "15:00", "17:30", "19:00", "23:00"]
    for minutes in (1, 1, 1, 177, 150, 330):
        lists.clock += timedelta(minutes=minutes)
        lists.lists[PATH] = [alert(time, time, time) for time in times if time <= f"{lists.clock:%H:%M}"]
        assert (await polled(feed)).error is None
    assert output.ids == times


async def test_what_came_to_be_while_a_window_was_cut_off_arrives(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """A window that is finished hours later meets an alert that changed since; that hides none of those hours."""
    lists.lists[PATH] = [alert(str(number), "11:00", "11:00") for number in range(3)]
    feed = feed_of("unified_alert", page_size=2)
    lists.failures[f"{PATH} 2"] = [ServerTrouble("down", problem=ApiProblem(status=503))]
    assert (await polled(feed)).error is not None
    lists.clock += timedelta(hours=3)
    lists.lists[PATH][2] = alert("2", "11:00", "14:59")
    lists.lists[PATH].append(alert("between", "13:00", "13:00"))
    assert (await polled(feed)).error is None
    assert output.ids == ["0", "1", "2", "between"]


async def test_a_cursor_forgotten_since_the_last_poll_begins_the_phase_anew(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """A refusal of the saved cursor costs a second reading of the phase; any other refusal fails the poll."""
    lists.lists[PATH] = [alert(str(number), "11:00", "11:00") for number in range(3)]
    feed = feed_of("unified_alert", page_size=2)
    refused = Refused("errors", problem=ApiProblem(status=200))
    lists.failures[f"{PATH} 2"] = [refused, refused]
    assert (await polled(feed)).error is refused
    assert (await polled(feed)).error is None
    assert output.ids == ["0", "1", "2"]


async def test_a_failed_poll_keeps_the_window(feed_of: FeedOf, lists: ListConsole, output: RecordingOutput) -> None:
    """Errors in the answer fail the poll; the window stays, with its end, and the next poll reads it."""
    lists.lists[PATH] = [alert("1", "11:00", "11:00")]
    feed = feed_of("unified_alert")
    lists.failures[PATH] = [Refused("errors", problem=ApiProblem(status=200))]
    assert (await polled(feed)).error is not None
    await polled(feed)
    assert output.ids == ["1"]
