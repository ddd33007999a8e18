"""Walks that go on after something went wrong: nothing is lost, nothing comes twice, nothing is asked too early."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from s1ecs.collect.backfill.backfill import backfill
from s1ecs.collect.due import seconds_until_due
from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Outcome
from s1ecs.collect.period import Period
from s1ecs.collect.poll import poll
from s1ecs.errors import ApiProblem, ServerTrouble
from s1ecs.outputs.output import Batch, Delivered
from s1ecs.streams.collection_modes import ByTime
from s1ecs.streams.threat import TIMELINE

from .conftest import FeedOf, RecordingOutput
from .lists import NOW, ListConsole
from .test_per_item import events, threat
from .test_window import PATH, alert

if TYPE_CHECKING:
    from s1ecs.sentinelone.client import Client

DOWN = ServerTrouble("down", problem=ApiProblem(status=503))


async def polled(feed: Feed) -> Outcome:
    """One poll, not stopped; the live walk's outcome."""
    return (await poll(feed, asyncio.Event(), lambda *_: None))[0]


def with_timeline(feed: Feed) -> Feed:
    """The threats, each with the entries of its timeline."""
    assert isinstance(feed.ask, ByTime)
    return replace(feed, ask=replace(feed.ask, per_item=TIMELINE))


def timelines(lists: ListConsole, count: int) -> None:
    """So many threats with two entries each."""
    lists.lists["/threats"] = [threat(str(number), f"08:0{number}") for number in range(count)]
    for number in range(count):
        lists.lists[f"/threats/{number}/timeline"] = [{"id": f"{number}.{entry}"} for entry in range(2)]


@pytest.mark.parametrize("cursor_expires", [True, False], ids=["cursor expires", "poll fails"])
@pytest.mark.parametrize("name", ["threat", "threat_event"])
@pytest.mark.parametrize(
    "times", [("08:00", "08:10", "08:20", "11:59"), ("08:00", "11:59", "08:10", "08:20")], ids=["in order", "changed"]
)
async def test_a_record_that_changes_while_it_is_listed_hides_none_behind_it(
    feed_of: FeedOf,
    lists: ListConsole,
    output: RecordingOutput,
    *,
    times: tuple[str, ...],
    name: str,
    cursor_expires: bool,
) -> None:
    """One late time on the first page does not move the walk past the second, which is read anew from its own times."""
    feed = feed_of(name, page_size=2)
    lists.lists["/threats"] = [threat(str(number), time) for number, time in enumerate(times)]
    for number in range(4):
        events(lists, str(number), 1)
    if cursor_expires:
        lists.expired = {"2"}
    else:
        lists.failures["/threats 2"] = [DOWN]
    assert ((await polled(feed)).error is None) == cursor_expires
    lists.clock += timedelta(minutes=1)
    assert (await polled(feed)).error is None
    assert sorted(identity[0] for identity in output.ids) == ["0", "1", "2", "3"]


async def test_a_list_that_expires_while_items_are_read_doubles_no_entry(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """Threats that are listed once more while their timelines are being read give each entry once."""
    timelines(lists, 6)
    lists.expired = {"3"}
    outcome = await polled(with_timeline(feed_of("threat", page_size=3)))
    assert outcome.error is None
    assert len(output.delivered) == len(set(output.delivered)) == 12


@dataclass
class SlowOutput(RecordingOutput):
    """Takes its time, so that a walk reads ahead of what is committed."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Wait, then take the batch."""
        await asyncio.sleep(0.01)
        return await super().deliver(batch)


async def test_items_asked_again_and_listed_again_come_once(feed_of: FeedOf, lists: ListConsole) -> None:
    """What failed and lies within the overlap is due by both ways at the next poll, and is delivered once."""
    timelines(lists, 3)
    for number in range(3):
        lists.failures[f"/threats/{number}/timeline"] = [DOWN]
    output = SlowOutput()
    feed = replace(with_timeline(feed_of("threat")), outputs=(output,))
    assert len((await polled(feed)).failed) == 3
    lists.clock += timedelta(minutes=1)
    assert not (await polled(feed)).misses
    assert len(output.delivered) == len(set(output.delivered)) == 3 + 6


async def test_an_item_left_by_a_backfill_waits_for_the_first_live_walk(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """A failed item of a backfill, asked for again before any live walk got through its list, does not spoil that."""
    feed = feed_of("threat_event")
    lists.lists["/threats"] = [threat("1", "08:00")]
    events(lists, "1", 1)
    events(lists, "2", 1)
    lists.failures["/threats/1/explore/events"] = [DOWN, DOWN]
    morning = Period(NOW - timedelta(hours=12), NOW - timedelta(hours=3, minutes=30))
    await backfill(feed, morning, asyncio.Event(), lambda *_: None)
    assert not output.ids
    lists.lists["/threats"].append(threat("2", "09:00"))
    lists.clock += timedelta(minutes=1)
    lists.failures["/threats"] = [DOWN]
    assert (await polled(feed)).error is DOWN
    for _ in range(2):
        lists.clock += timedelta(minutes=1)
        assert (await polled(feed)).error is None
    assert sorted(output.ids) == ["1.0", "2.0"]


@pytest.mark.parametrize(
    ("name", "path", "records"),
    [
        ("threat", "/threats", (threat("1", "08:00"), threat("2", "11:59"))),
        ("unified_alert", PATH, (alert("1", "08:00", "08:00"), alert("2", "11:59", "11:59"))),
    ],
)
async def test_a_larger_overlap_does_not_reach_behind_what_is_remembered(
    feed_of: FeedOf,
    lists: ListConsole,
    output: RecordingOutput,
    *,
    name: str,
    path: str,
    records: tuple[dict[str, Any], ...],
) -> None:
    """An overlap that was set larger since the last poll brings nothing that was delivered once more."""
    feed = feed_of(name)
    lists.lists[path] = list(records)
    await polled(feed)
    lists.clock += timedelta(minutes=1)
    await polled(replace(feed, pace=replace(feed.pace, overlap=timedelta(hours=6))))
    assert len(output.delivered) == 2


@dataclass
class UnknownTime(ListConsole):
    """A console that is an hour ahead of this machine, which knows it once it asked for the time."""

    known: bool = False

    def now(self) -> datetime:
        """Tell the console's time as far as it is known."""
        return self.clock if self.known else self.clock - timedelta(hours=1)

    async def learn_time(self) -> None:
        """Know the time from now on."""
        self.known = True


async def test_after_a_restart_a_stream_is_due_by_the_consoles_clock(feed_of: FeedOf, lists: ListConsole) -> None:
    """An inventory of once a day is not walked again at a restart, however wrong this machine's clock is."""
    feed = feed_of("application_risk")
    await polled(feed)
    restarted = replace(feed, client=cast("Client", UnknownTime(clock=lists.clock + timedelta(minutes=5))))
    assert await seconds_until_due(restarted) == (feed.pace.interval - timedelta(minutes=5)).total_seconds()
