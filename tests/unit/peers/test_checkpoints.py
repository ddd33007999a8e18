"""What moves a checkpoint, and what must not."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Outcome
from s1ecs.collect.poll import poll
from s1ecs.errors import (
    ApiProblem,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    ServerTrouble,
    Unauthorized,
    Unreachable,
)
from s1ecs.state.checkpoints import LIVE
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.state import SqliteState
from s1ecs.streams import STREAMS
from s1ecs.streams.collection_modes import ByTime, Window
from tests.unit.collect.conftest import FeedOf, RecordingOutput
from tests.unit.collect.lists import ListConsole

# A page that can't be read is asked for again in halves, which the tests of pages show.
ERRORS = (Forbidden, NotFound, RateLimited, Refused, ServerTrouble, Unauthorized, Unreachable)
TIME = "2026-01-02T11:00:00.000000Z"
BY_TIME = [name for name, stream in STREAMS.items() if isinstance(stream.ask, ByTime)]
FOLLOWED = [name for name, stream in STREAMS.items() if isinstance(stream.ask, ByTime | Window)]


def failing(kind: type[Exception]) -> Exception:
    """An error of that kind."""
    return kind("no") if not issubclass(kind, Refused) else kind("no", problem=ApiProblem(status=422))


def record(stream: str, identity: str, time: str = TIME) -> dict[str, Any]:
    """A record, or an item, of a stream with this id, and this time where the stream goes by one."""
    ask = STREAMS[stream].ask
    paths = [ask.time] if isinstance(ask, ByTime) else list(ask.phases) if isinstance(ask, Window) else []
    made: dict[str, Any] = {"id": identity, "applicationName": identity, "updatedAt": time}
    made["alertInfo"] = {"alertId": identity}
    for *around, last in (path.split(".") for path in paths):
        part = made
        for step in around:
            part = part.setdefault(step, {})
        part[last] = time
    return made


def put(lists: ListConsole, stream: str, *identities: str, time: str = TIME) -> None:
    """Add records of these ids; where a call is made per item, each has one record of the same id."""
    ask = STREAMS[stream].ask
    made = [record(stream, each, time) for each in identities]
    lists.lists.setdefault(ask.path, []).extend(made)
    for each in identities:
        lists.lists[f"/threats/{each}/explore/events"] = [{"id": each, "createdAt": time}]
        lists.lists[f"/application-management/inventory/endpoints {each}"] = [{"id": each}]


async def polled(feed: Feed) -> Outcome:
    """One poll, not stopped; the live walk's outcome."""
    return (await poll(feed, asyncio.Event(), lambda *_: None))[0]


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("kind", [*ERRORS, ZeroDivisionError])
async def test_no_failure_moves_the_checkpoint(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, stream: str, kind: type[Exception]
) -> None:
    """Whatever goes wrong is no empty page: it is told, the checkpoint stays, and the next poll brings everything."""
    put(lists, stream, "1", "2")
    lists.failures[STREAMS[stream].ask.path] = [failing(kind)]
    feed = feed_of(stream)
    outcome = await polled(feed)
    checkpoint = await feed.checkpoints.load(feed.walk(LIVE))
    assert outcome.state == ("skipped" if kind in {Forbidden, NotFound, Unauthorized} else "failed")
    assert (checkpoint.position, checkpoint.next_due) == ({}, None)
    assert (await polled(feed)).error is None
    assert len(output.delivered) == 2


@pytest.mark.parametrize("stream", STREAMS)
async def test_a_failure_behind_the_first_page_costs_no_record(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, stream: str
) -> None:
    """A later page that fails is read at the next poll, and what was delivered before it does not come again."""
    put(lists, stream, "1", "2", "3")
    lists.failures[f"{STREAMS[stream].ask.path} 2"] = [ServerTrouble("no")]
    feed = feed_of(stream, page_size=2)
    assert (await polled(feed)).error is not None
    assert (await polled(feed)).error is None
    assert len(output.delivered) == len(set(output.delivered)) == 3


@pytest.mark.parametrize("stream", STREAMS)
async def test_an_empty_page_is_no_trouble(feed_of: FeedOf, lists: ListConsole, stream: str) -> None:
    """A console without anything new is fine: no error, and what was the newest is still known."""
    feed = feed_of(stream)
    assert (await polled(feed)).state == "ok"
    put(lists, stream, "1")
    newest = (await polled(feed)).newest
    lists.lists.clear()
    again = await polled(feed)
    assert (again.state, again.counts.records, again.counts.delivered) == ("ok", 0, 0)
    if stream in BY_TIME:
        assert again.newest == newest == "2026-01-02T11:00:00.000Z"


@pytest.mark.parametrize("stream", FOLLOWED)
async def test_an_outage_of_any_length_is_caught_up_with(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, stream: str
) -> None:
    """After half a year away the poll asks from where the last one ended, with no cap on how long ago that is."""
    put(lists, stream, "1")
    feed = feed_of(stream, reread=timedelta(0))
    await polled(feed)
    lists.clock += timedelta(days=180)
    put(lists, stream, "2", time="2026-01-02T12:30:00.000000Z")
    await polled(feed)
    assert len(output.delivered) == 2
    if isinstance(feed.ask, ByTime):
        bounds = [asked[feed.ask.since] for path, asked in lists.asked if path == feed.ask.path]
        assert bounds[1] == "2026-01-02T10:50:00Z"


@pytest.mark.parametrize("stream", BY_TIME)
async def test_the_time_of_a_record_moves_the_checkpoint(feed_of: FeedOf, lists: ListConsole, stream: str) -> None:
    """Each stream's time is where the stream's records keep it, however deep: the checkpoint is the greatest seen."""
    put(lists, stream, "1")
    put(lists, stream, "2", time="2026-01-02T11:30:00.000000Z")
    feed = feed_of(stream)
    await polled(feed)
    position = (await feed.checkpoints.load(feed.walk(LIVE))).position
    assert position["greatest"] == "2026-01-02T11:30:00.000Z"


@pytest.mark.parametrize("time", [{}, [], "", 0, True, "soon", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("stream", BY_TIME)
async def test_odd_times_cost_neither_the_record_nor_the_checkpoint(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, stream: str, time: Any
) -> None:
    """A record whose time is an empty object, a word or centuries away is delivered, and hides nothing behind it."""
    put(lists, stream, "1")
    lists.lists[STREAMS[stream].ask.path].append(record(stream, "2", time))
    lists.lists["/threats/2/explore/events"] = [{"id": "2", "createdAt": time}]
    if stream in {"threat", "threat_event"}:
        # The console of lists compares texts.
        shown = time if isinstance(time, str) and time > "2026" else "2026-x"
        lists.lists["/threats"][1]["threatInfo"]["updatedAt"] = shown
    feed = feed_of(stream)
    assert (await polled(feed)).error is None
    assert len(output.delivered) == 2
    position = (await feed.checkpoints.load(feed.walk(LIVE))).position
    assert position["greatest"] in {"2026-01-02T11:00:00.000Z", "2026-01-02T12:00:00.000Z"}


async def test_each_stream_and_console_has_a_checkpoint_of_its_own(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """One stream's failure, or its progress, is in no other's checkpoint; nor is one console's in another's."""
    put(lists, "activity", "1")
    put(lists, "group", "2")
    lists.failures["/activities"] = [ServerTrouble("no")]
    activity, group = feed_of("activity"), feed_of("group")
    other = replace(group, console="other")
    failed, good = await asyncio.gather(polled(activity), polled(group))
    assert (failed.state, good.state) == ("failed", "ok")
    assert not (await activity.checkpoints.load(activity.walk(LIVE))).position
    assert (await group.checkpoints.load(group.walk(LIVE))).position
    assert not (await other.checkpoints.load(other.walk(LIVE))).position
    await polled(other)
    await polled(activity)
    assert len(output.delivered) == 3


async def test_time_is_that_of_records_not_of_the_poll(feed_of: FeedOf, lists: ListConsole) -> None:
    """What comes into being while a slow walk reads is behind its checkpoint: that follows records, not the clock."""
    put(lists, "activity", "1")
    feed = feed_of("activity")
    await polled(feed)
    lists.clock += timedelta(hours=3)
    await polled(feed)
    assert lists.asked[-1][1]["createdAt__gte"] == "2026-01-02T10:50:00Z"


async def test_a_cache_of_any_size_is_too_small_for_ids(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, tmp_path: Path
) -> None:
    """More than ten thousand records of one moment, read again after a restart: none comes a second time."""
    put(lists, "group", *map(str, range(10_500)))
    feed = feed_of("group")
    await polled(feed)
    reopened = await Database.open(tmp_path)
    again = await polled(replace(feed, state=SqliteState(reopened)))
    await reopened.close()
    assert (again.counts.records, again.counts.delivered, len(output.delivered)) == (10_500, 0, 10_500)


@pytest.mark.parametrize("stream", ["application", "threat_event"])
async def test_the_work_list_survives_a_restart(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, tmp_path: Path, stream: str
) -> None:
    """An item whose call failed is asked for again by another process, and what was read through is not."""
    put(lists, stream, "1", "2", "3")
    call = "/threats/2/explore/events" if stream == "threat_event" else "/application-management/inventory/endpoints 2"
    lists.failures[call] = [ServerTrouble("no")]
    feed = feed_of(stream)
    await polled(feed)
    assert len(output.delivered) == 2
    reopened = await Database.open(tmp_path)
    await polled(replace(feed, state=SqliteState(reopened)))
    await reopened.close()
    assert len(output.delivered) == len(set(output.delivered)) == 3
