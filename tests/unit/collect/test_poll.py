"""Polls: what is asked, what is delivered, and where the checkpoint stands afterwards."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
import structlog.testing

from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Outcome
from s1ecs.collect.poll import poll
from s1ecs.collect.run_log import say
from s1ecs.errors import ApiProblem, BrokenWalk, ExpiredCursor, OutputError, Refused
from s1ecs.records import Record, record_from_line
from s1ecs.state.checkpoints import Commit, WalkName
from s1ecs.state.sqlite.poll_status import read_polls
from s1ecs.state.status import Key

from .conftest import Paced, RecordingOutput, ScriptedConsole, alert

LIVE = WalkName("default", "alert", "live")
REREAD = WalkName("default", "alert", "reread")


async def polled(feed: Feed) -> list[Outcome]:
    """One poll, not stopped."""
    return await poll(feed, asyncio.Event(), lambda *_: None)


async def test_first_poll_asks_for_its_window(feed: Feed, console: ScriptedConsole) -> None:
    """The first poll asks from a day before the console's now, sorted ascending, with the largest page."""
    await polled(feed)
    assert console.asked == [
        {
            "createdAt__gte": "2026-01-01T12:00:00Z",
            "sortBy": "alertInfoCreatedAt",
            "sortOrder": "asc",
            "limit": "1000",
        }
    ]


async def test_next_poll_begins_an_overlap_before_the_greatest_time(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput
) -> None:
    """Pages may be out of order: the greatest time counts, and what comes again is delivered once."""
    console.script = [[alert("a", "11:00"), alert("c", "11:40")], [alert("b", "11:30")]]
    await polled(feed)
    console.script = [[alert("late", "11:35"), alert("c", "11:40"), alert("d", "11:50")]]
    await polled(feed)
    assert console.asked[-1]["createdAt__gte"] == "2026-01-02T11:30:00Z"
    assert output.ids == ["a", "c", "b", "late", "d"]


async def test_record_from_the_future_does_not_move_the_position_past_now(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput
) -> None:
    """A time ahead of the console's clock is delivered but does not hide what comes before it."""
    console.script = [[alert("a", "23:00")]]
    await polled(feed)
    await polled(feed)
    assert output.ids == ["a"]
    assert console.asked[-1]["createdAt__gte"] == "2026-01-02T11:50:00Z"


async def test_record_without_a_time_does_not_move_the_position(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput
) -> None:
    """A record without a time on the first page hides nothing when the second page fails."""
    without = alert("x", "11:00")
    del without["alertInfo"]["createdAt"]
    console.script = [[without, alert("a", "02:00")], Refused("later", problem=ApiProblem(status=403))]
    await polled(feed)
    console.script = [[alert("b", "03:00")]]
    await polled(feed)
    assert console.asked[-1]["createdAt__gte"] == "2026-01-02T01:50:00Z"
    assert output.ids == ["x", "a", "b"]


async def test_a_mistake_of_ours_ends_one_poll_only(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput
) -> None:
    """An unexpected exception becomes the poll's error, with its name, and the next poll goes on."""
    output.failure = ZeroDivisionError("oh")
    console.script = [[alert("a", "11:00")]]
    [outcome] = await polled(feed)
    assert "ZeroDivisionError: oh" in str(outcome.error)
    output.failure = None
    console.script = [[alert("a", "11:00")]]
    await polled(feed)
    assert output.ids == ["a"]


async def test_a_mistake_of_ours_is_noted(feed: Feed, tmp_path: Path) -> None:
    """Who asks how the last poll ended is told that it failed and why, also where nobody expected the failure."""
    await feed.checkpoints.commit(LIVE, Commit({"neither": "bounds nor cursor"}))
    [outcome] = await polled(feed)
    last = read_polls(tmp_path)[Key("default", "alert")]
    assert (last.state, last.reason) == ("failed", str(outcome.error))
    assert "KeyError" in last.reason


async def test_reread_is_not_hurried_by_a_clock_of_whole_seconds(feed: Feed, console: ScriptedConsole) -> None:
    """A console clock that seems to step back a second does not make the re-read due."""
    await polled(feed)
    console.clock -= timedelta(seconds=1)
    outcomes = await polled(feed)
    assert [outcome.walk for outcome in outcomes] == [LIVE]


async def test_what_the_console_says_beside_data_is_logged(feed: Feed, console: ScriptedConsole) -> None:
    """An entry of `errors` beside data keeps the data and becomes a line of the log."""
    console.notes = ({"title": "partial result"},)
    console.script = [[alert("a", "11:00")]]
    [outcome] = await polled(feed)
    assert (outcome.error, outcome.counts.delivered) == (None, 1)
    with structlog.testing.capture_logs() as lines:
        say(structlog.get_logger(), outcome)
    assert [line["log_level"] for line in lines] == ["warning", "info"]
    assert "partial result" in lines[0]["event"]


async def test_all_that_is_said_beside_data_is_one_line_and_the_reason(
    feed: Feed, console: ScriptedConsole, tmp_path: Path
) -> None:
    """However many entries there are: one line with the first of them and their number, shown by `streams`, too."""
    console.notes = tuple({"title": f"partial {number}"} for number in range(30))
    console.script = [[alert("a", "11:00")]]
    [outcome] = await polled(feed)
    with structlog.testing.capture_logs() as lines:
        say(structlog.get_logger(), outcome)
    assert [line["log_level"] for line in lines] == ["warning", "info"]
    [note] = read_polls(tmp_path).values()
    assert note.state == "ok"
    for text in (lines[0]["event"], note.reason):
        assert '"partial 0"' in text
        assert '"partial 9"' in text
        assert "(and 20 more)" in text


async def test_equal_times_lose_nothing(feed: Feed, console: ScriptedConsole, output: RecordingOutput) -> None:
    """Many records of one time, split over polls, all arrive once."""
    console.script = [[alert(str(number), "11:00") for number in range(5)]]
    await polled(feed)
    console.script = [[alert(str(number), "11:00") for number in range(9)]]
    await polled(feed)
    assert output.ids == [str(number) for number in range(9)]


async def test_same_record_twice_in_a_page_is_one_document(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput
) -> None:
    """A page that repeats a record delivers it once."""
    console.script = [[alert("a", "11:00"), alert("a", "11:00")]]
    [outcome] = await polled(feed)
    assert (outcome.counts.records, outcome.counts.delivered, output.ids) == (2, 1, ["a"])


async def test_checkpoint_stays_when_an_output_fails(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput
) -> None:
    """Documents that an output did not take come again: nothing was saved for them."""
    output.failure = OutputError("full")
    console.script = [[alert("a", "11:00")]]
    [outcome] = await polled(feed)
    assert str(outcome.error) == "full"
    assert not (await feed.checkpoints.load(LIVE)).position
    output.failure = None
    console.script = [[alert("a", "11:00")]]
    await polled(feed)
    assert output.ids == ["a"]


async def test_what_was_read_before_a_failure_is_kept(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput
) -> None:
    """A walk that breaks on its second page has delivered the first, and the next poll goes on from there."""
    console.script = [[alert("a", "11:00")], BrokenWalk("same page twice")]
    [outcome] = await polled(feed)
    assert isinstance(outcome.error, BrokenWalk)
    await polled(feed)
    assert output.ids == ["a"]
    assert console.asked[-1]["createdAt__gte"] == "2026-01-02T10:50:00Z"


async def test_expired_cursor_begins_anew_from_the_saved_time(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput
) -> None:
    """A cursor that the console forgot costs nothing but a second question."""
    expired = Refused("gone", problem=ApiProblem(status=400))
    console.script = [[alert("a", "11:00")], expired, [alert("a", "11:00"), alert("b", "11:05")]]
    [outcome] = await polled(feed)
    assert outcome.error is None
    assert output.ids == ["a", "b"]
    assert "cursor" not in console.asked[2]
    assert console.asked[2]["createdAt__gte"] == "2026-01-02T10:50:00Z"


async def test_cursor_that_always_expires_is_given_up(feed: Feed, console: ScriptedConsole) -> None:
    """Without progress between two expiries the poll ends with the error, not in a circle."""
    expired = Refused("gone", problem=ApiProblem(status=400))
    console.script = [[alert("a", "11:00")], expired, [alert("a", "11:00")], expired, [alert("a", "11:00")]]
    [outcome] = await polled(feed)
    assert isinstance(outcome.error, ExpiredCursor)


async def test_stop_ends_after_the_page_in_hand(feed: Feed, console: ScriptedConsole, output: RecordingOutput) -> None:
    """A stop delivers and saves the page in hand, and the next poll brings the rest."""
    stop = asyncio.Event()
    pages = [[alert("a", "11:00")], [alert("b", "11:30")], [alert("c", "11:40")]]
    console.script = list(pages)
    [outcome] = await poll(feed, stop, lambda *_: stop.set())
    assert (outcome.stopped, output.ids) == (True, ["a"])
    console.script = list(pages)
    await polled(feed)
    assert output.ids == ["a", "b", "c"]


async def test_record_without_a_time_is_delivered_once(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput
) -> None:
    """A record whose time is bad takes the time of collection and is dropped when it comes again."""
    console.script = [[alert("a", "xx")]]
    await polled(feed)
    console.script = [[alert("a", "xx")]]
    await polled(feed)
    assert output.ids == ["a"]
    assert output.recorded[0]["@timestamp"] == "2026-01-02T12:00:00.000Z"


async def test_reread_brings_new_states_only(feed: Feed, console: ScriptedConsole, output: RecordingOutput) -> None:
    """An hour later the past is read again within its bounds: a changed alert is delivered, an unchanged one is not."""
    console.script = [[alert("a", "08:00"), alert("b", "11:00")]]
    await polled(feed)
    console.clock += timedelta(hours=1, minutes=1)
    changed = alert("a", "08:00", analystVerdict="TRUE_POSITIVE")
    changed["alertInfo"]["updatedAt"] = "2026-01-02T12:30:00.000000Z"
    console.reread = [changed, alert("b", "11:00")]
    outcomes = await polled(feed)
    assert [outcome.walk for outcome in outcomes] == [LIVE, REREAD]
    assert output.ids == ["a", "b", "a"]
    assert console.asked[-1]["createdAt__gte"] == "2026-01-01T12:00:00Z"
    assert console.asked[-1]["createdAt__lte"] == "2026-01-02T13:01:00Z"


async def test_reread_is_not_due_before_its_interval(feed: Feed, console: ScriptedConsole) -> None:
    """Within the hour only the live walk asks; after a re-read the next is due an hour later."""
    await polled(feed)
    console.clock += timedelta(minutes=59)
    await polled(feed)
    assert not [asked for asked in console.asked if "createdAt__lte" in asked]
    console.clock += timedelta(minutes=2)
    await polled(feed)
    assert (await feed.checkpoints.load(REREAD)).next_due == console.clock + timedelta(hours=1)


async def test_reread_saved_further_off_than_its_interval_is_due(
    feed: Feed, paced: Paced, console: ScriptedConsole
) -> None:
    """A due time saved under another setting does not put the re-read off."""
    await polled(feed)
    console.clock += timedelta(minutes=5)
    outcomes = await polled(paced(reread_interval=timedelta(minutes=1)))
    assert [outcome.walk for outcome in outcomes] == [LIVE, REREAD]


async def test_reread_can_be_switched_off(paced: Paced, console: ScriptedConsole) -> None:
    """A re-read window of zero means never."""
    feed = paced(reread=timedelta(0))
    await polled(feed)
    console.clock += timedelta(days=1)
    outcomes = await polled(feed)
    assert [outcome.walk for outcome in outcomes] == [LIVE]


async def test_ids_are_forgotten_when_nothing_can_read_them_again(paced: Paced, console: ScriptedConsole) -> None:
    """Without a re-read, ids from before the overlap leave the state; it does not grow with the data."""
    feed = paced(reread=timedelta(0))
    console.script = [[alert("old", "08:00"), alert("new", "11:55")]]
    await polled(feed)
    mapper = feed.mapper
    ids = [mapper.identify(record) for record in _records(alert("old", "08:00"), alert("new", "11:55"))]
    assert await feed.checkpoints.known(LIVE, ids) == frozenset(ids[1:])


def _records(*records: dict[str, Any]) -> list[Record]:
    return [record_from_line(json.dumps(record).encode()) for record in records]
