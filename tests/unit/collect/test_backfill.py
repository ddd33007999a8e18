"""Backfill: a past range in slices, resumable, without doubles, beside the live collection."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import orjson
import pytest

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.collect.backfill.backfill import backfill, can_backfill, forget, read_before
from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Counts
from s1ecs.collect.period import Period
from s1ecs.collect.poll import poll
from s1ecs.errors import ApiProblem, ServerTrouble, StateError
from s1ecs.outputs.store import Store, prepare
from s1ecs.sentinelone.response import ConsoleResponse
from s1ecs.state.checkpoints import LIVE
from s1ecs.state.sqlite.transaction import connection_of
from s1ecs.state.transaction import Transaction
from s1ecs.streams import STREAMS

from .conftest import FeedOf, RecordingOutput
from .lists import ListConsole
from .test_per_item import events, threat
from .test_window import PATH, alert

if TYPE_CHECKING:
    from s1ecs.sentinelone.client import Client

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


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(hours=8)], ids=["just now", "in the morning"])
async def test_what_a_backfill_brought_the_first_live_walk_drops(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput, ago: timedelta
) -> None:
    """A live collection that begins after the backfill, and reads a day back, brings none of it again."""
    feed = feed_of("unified_alert")
    at = f"{lists.clock - ago - timedelta(minutes=1):%H:%M}"
    lists.lists[PATH] = [alert("1", at, at)]
    await backfill(feed, PERIOD, asyncio.Event(), never)
    await poll(feed, asyncio.Event(), never)
    assert output.ids == ["1"]


async def test_a_backfill_that_is_cut_off_and_ended_between_live_polls_doubles_nothing(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """What live polls dropped because a backfill had brought it stays known when that backfill ends."""
    feed = feed_of("unified_alert")
    lists.lists[PATH] = [alert("1", "11:55", "11:55")]
    stop = asyncio.Event()

    def stop_at_a_record(_feed: Feed, _number: int, _slices: int, counts: Counts) -> None:
        if counts.records:
            stop.set()

    outcome = await backfill(feed, PERIOD, stop, stop_at_a_record)
    assert outcome is not None
    assert outcome.stopped
    await poll(feed, asyncio.Event(), never)
    await backfill(feed, PERIOD, asyncio.Event(), never)
    lists.clock += timedelta(minutes=1)
    await poll(feed, asyncio.Event(), never)
    assert output.ids == ["1"]


async def test_an_alert_of_several_days_is_backfilled_once(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """An alert that was detected on one day and updated days later is delivered once, in its present state."""
    lists.lists[PATH] = [{"id": "1", "detectedAt": "2025-12-28T05:00:00.000Z", "updatedAt": "2026-01-01T05:00:00.000Z"}]
    await backfill(feed_of("unified_alert"), Period(DAY - timedelta(days=5), DAY), asyncio.Event(), never)
    assert output.ids == ["1"]


async def collected_long_ago(feed: Feed, lists: ListConsole) -> None:
    """An alert that the live collection delivered, so long ago that its id is remembered no more."""
    lists.lists[PATH] = [alert("1", "03:00", "03:00")]
    await poll(feed, asyncio.Event(), never)
    lists.clock += timedelta(days=2)
    newer = dict.fromkeys(("detectedAt", "updatedAt"), "2026-01-04T11:00:00.000Z") | {"id": "newer"}
    lists.lists[PATH].append(newer)
    await poll(feed, asyncio.Event(), never)
    lists.lists[PATH].remove(newer)
    seen = await feed.state.run(lambda transaction: rows(transaction, "SELECT time FROM seen"))
    assert seen == [(newer["detectedAt"],)]


def rows(transaction: Transaction, statement: str) -> Sequence[tuple[object, ...]]:
    """What the state database answers."""
    return connection_of(transaction).execute(statement).fetchall()


async def test_an_output_that_can_be_asked_gets_no_old_document_twice(
    feed_of: FeedOf, lists: ListConsole, store: Store
) -> None:
    """A backfill over what the store holds counts as new only what the store lacks, and writes that alone."""
    feed = replace(feed_of("unified_alert"), outputs=(store,))
    await collected_long_ago(feed, lists)
    lists.lists[PATH].append(alert("2", "04:00", "04:00"))
    outcome = await backfill(feed, PERIOD, asyncio.Event(), never)
    assert outcome is not None
    assert outcome.counts == Counts(records=4, delivered=1)
    [[documents, different]] = await feed.state.run(
        partial(rows, statement="SELECT count(*), count(DISTINCT id) FROM documents")
    )
    assert (documents, different) == (3, 3)


async def test_an_output_that_cannot_be_asked_gets_old_documents_under_their_ids(
    feed_of: FeedOf,
    lists: ListConsole,
    output: RecordingOutput,
    store: Store,
) -> None:
    """Beside the store, such an output may get an old document again, with the id it had: nothing is held back."""
    feed = replace(feed_of("unified_alert"), outputs=(store, output))
    await collected_long_ago(feed, lists)
    await backfill(feed, PERIOD, asyncio.Event(), never)
    assert output.ids == ["1", "newer", "1"]
    assert len(set(output.delivered)) == 2


class Agents(ListConsole):
    """Gives the agents alone that were updated within the bounds, to the second."""

    async def get(self, path: str, params: Mapping[str, str]) -> ConsoleResponse:
        """Give a page of them."""
        answer = await super().get(path, params)
        since, until = params["updatedAt__gte"], params.get("updatedAt__lte", f"{self.clock:%Y-%m-%dT%H:%M:%SZ}")
        found = [agent for agent in answer.data if since[:19] <= agent["updatedAt"][:19] <= until[:19]]
        return replace(answer, data=found, body=orjson.dumps({"data": found}))


async def test_backfilled_agents_are_not_gone(feed_of: FeedOf, store: Store) -> None:
    """What no live walk was ever to see is not gone when none of them sees it; what one saw once is."""
    lists = Agents()
    feed = replace(feed_of("agent", first_poll=timedelta(hours=24)), client=cast("Client", lists), outputs=(store,))
    await feed.state.run(partial(prepare, tables=store_tables()))
    latest = partial(rows, statement="SELECT document ->> '$.host.id', gone FROM agent_latest ORDER BY 1")
    old = {"id": "old", "updatedAt": "2025-12-20T00:00:00.000Z"}
    new = {"id": "new", "updatedAt": "2026-01-02T11:00:00.000Z"}
    lists.lists["/agents"] = [old, new]
    await poll(feed, asyncio.Event(), never)
    assert len(await feed.state.run(latest)) == 1
    await backfill(feed, Period(DAY - timedelta(days=20), DAY), asyncio.Event(), never)
    lists.clock += timedelta(hours=25)
    assert len(await poll(feed, asyncio.Event(), never)) == 2
    assert await feed.state.run(latest) == [("new", 0), ("old", 0)]
    lists.lists["/agents"] = [old]
    lists.clock += timedelta(hours=25)
    await poll(feed, asyncio.Event(), never)
    assert await feed.state.run(latest) == [("new", 1), ("old", 0)]


async def test_a_period_can_be_read_again(feed_of: FeedOf, lists: ListConsole) -> None:
    """After `forget` the period is read from its beginning."""
    feed = feed_of("group")
    await backfill(feed, PERIOD, asyncio.Event(), never)
    lists.asked.clear()
    await forget(feed, PERIOD)
    await backfill(feed, PERIOD, asyncio.Event(), never)
    assert len(lists.asked) == 2


async def test_a_period_that_was_cut_off_is_read_again_whole(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """After `forget` nothing that an interrupted run delivered is left out, the slice in hand included."""
    feed = feed_of("unified_alert")
    lists.clock += timedelta(days=30)
    lists.lists[PATH] = [alert("1", "03:00", "03:00")]
    stop = asyncio.Event()
    stop.set()
    outcome = await backfill(feed, PERIOD, stop, never)
    while not output.ids:
        outcome = await backfill(feed, PERIOD, stop, never)
    assert outcome is not None
    assert outcome.stopped
    await forget(feed, PERIOD)
    await backfill(feed, PERIOD, asyncio.Event(), never)
    assert output.ids == ["1", "1"]


@pytest.mark.parametrize("moment", ["load", "last commit"])
async def test_trouble_of_the_state_comes_back_in_the_outcome(feed_of: FeedOf, tmp_path: Path, moment: str) -> None:
    """A state that can't be used ends this backfill alone: it is told, not raised."""
    feed = feed_of("group")
    trigger = "BEFORE INSERT ON checkpoints WHEN EXISTS (SELECT 1 FROM checkpoints WHERE position ->> 'slice' = 2)"
    broken = (
        "DROP TABLE checkpoints"
        if moment == "load"
        else (f"CREATE TRIGGER broken {trigger} BEGIN SELECT RAISE(FAIL, 'broken'); END")
    )
    with closing(sqlite3.connect(tmp_path / "s1ecs.db")) as state, state:
        state.execute(broken)
    outcome = await backfill(feed, PERIOD, asyncio.Event(), never)
    assert outcome is not None
    assert isinstance(outcome.error, StateError)


async def test_ids_of_a_finished_backfill_are_forgotten(feed_of: FeedOf, lists: ListConsole) -> None:
    """The state does not grow with what was backfilled: the ids of finished slices leave it."""
    feed = feed_of("unified_alert")
    lists.clock += timedelta(days=30)
    lists.lists[PATH] = [alert(str(hour), f"0{hour}:00", f"0{hour}:00") for hour in range(1, 9)]
    await backfill(feed, PERIOD, asyncio.Event(), never)
    rows = await feed.checkpoints._rows("SELECT id FROM seen UNION ALL SELECT id FROM backfilled")  # type: ignore[attr-defined]
    assert not rows
