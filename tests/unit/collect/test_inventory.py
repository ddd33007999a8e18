"""Whole inventories: only what is new or changed is delivered, and what is gone is known."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Outcome
from s1ecs.collect.poll import poll
from s1ecs.errors import ApiProblem, ExpiredCursor, Refused, ServerTrouble
from s1ecs.sentinelone.response import ConsoleResponse
from s1ecs.state.checkpoints import LIVE

from .conftest import FeedOf, RecordingOutput
from .lists import ListConsole
from .test_per_item import ENDPOINTS, INVENTORY, installations

if TYPE_CHECKING:
    from s1ecs.sentinelone.client import Client

RISKS = "/application-management/risks"


def risk(identity: str, status: str = "Detected", **more: Any) -> dict[str, Any]:
    """A risk with an id and a status."""
    return {"id": identity, "cveId": f"CVE-{identity}", "status": status, **more}


async def polled(feed: Feed) -> Outcome:
    """One poll, not stopped; the live walk's outcome."""
    return (await poll(feed, asyncio.Event(), lambda *_: None))[0]


async def gone(feed: Feed) -> list[str]:
    """The risks of the state that the last complete walk did not see."""
    name = feed.walk(LIVE)
    completed = (await feed.checkpoints.rounds(name)).completed
    rows = await feed.checkpoints._rows("SELECT id FROM things WHERE round < ? ORDER BY id", completed)  # type: ignore[attr-defined]
    return [row[0] for row in rows]


async def test_second_walk_brings_only_what_changed(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """The inventory is read whole each time; of the same state nothing is delivered twice, whatever the output."""
    feed = feed_of("application_risk", page_size=2)
    lists.lists[RISKS] = [risk("a"), risk("b"), risk("c")]
    assert (await polled(feed)).counts.delivered == 3
    lists.lists[RISKS][1] = risk("b", "Resolved")
    outcome = await polled(feed)
    assert (outcome.counts.records, outcome.counts.delivered) == (3, 1)
    assert output.recorded[-1]["sentinel_one"]["application_risk"]["status"] == "Resolved"


async def test_days_that_pass_are_no_change(feed_of: FeedOf, lists: ListConsole) -> None:
    """A risk whose daysDetected alone grew is not delivered again."""
    feed = feed_of("application_risk")
    lists.lists[RISKS] = [risk("a", daysDetected=1)]
    await polled(feed)
    lists.lists[RISKS] = [risk("a", daysDetected=2)]
    assert (await polled(feed)).counts.delivered == 0


async def test_an_earlier_state_is_news(feed_of: FeedOf, lists: ListConsole, output: RecordingOutput) -> None:
    """A thing that goes back to a state it had is delivered again, with the id it had then."""
    feed = feed_of("application_risk")
    for status in ("Detected", "Resolved", "Detected"):
        lists.lists[RISKS] = [risk("a", status)]
        assert (await polled(feed)).counts.delivered == 1
    assert output.delivered[0] == output.delivered[2] != output.delivered[1]


async def test_what_a_complete_walk_did_not_see_is_gone(feed_of: FeedOf, lists: ListConsole) -> None:
    """After a walk that read everything, the rest is gone; it is there again once it is seen again."""
    feed = feed_of("application_risk")
    lists.lists[RISKS] = [risk("a"), risk("b")]
    await polled(feed)
    lists.lists[RISKS] = [risk("a")]
    await polled(feed)
    assert len(await gone(feed)) == 1
    lists.lists[RISKS] = [risk("a"), risk("b")]
    await polled(feed)
    assert not await gone(feed)


async def test_a_walk_that_was_cut_off_tells_nothing_of_what_is_gone(feed_of: FeedOf, lists: ListConsole) -> None:
    """Only a complete walk moves the round; the next poll goes on at the page that failed."""
    feed = feed_of("application_risk", page_size=2)
    lists.lists[RISKS] = [risk("a"), risk("b"), risk("c")]
    await polled(feed)
    lists.failures[f"{RISKS} 2"] = [ServerTrouble("down", problem=ApiProblem(status=503))]
    assert (await polled(feed)).error is not None
    assert not await gone(feed)
    lists.asked.clear()
    assert (await polled(feed)).error is None
    assert [asked.get("cursor") for _, asked in lists.asked] == ["2"]
    assert not await gone(feed)


class Listless(ListConsole):
    """Answers well, with nothing where the list should be."""

    async def get(self, path: str, params: Mapping[str, str]) -> ConsoleResponse:
        """Give no list."""
        return ConsoleResponse(None, None, (), b"{}", self.clock)


@pytest.mark.parametrize(("name", "path"), [("application_risk", RISKS), ("application", INVENTORY)])
async def test_an_answer_without_a_list_makes_nothing_gone(
    feed_of: FeedOf, lists: ListConsole, name: str, path: str
) -> None:
    """Only a list that is empty says that there is nothing any more; no list at all says nothing."""
    feed = feed_of(name)
    installations(lists, a=1)
    lists.lists[RISKS] = [risk("a")]
    await polled(feed)
    await polled(replace(feed, client=cast("Client", Listless(clock=lists.clock))))
    assert not await gone(feed)
    lists.lists[path] = []
    await polled(feed)
    assert len(await gone(feed)) == 1


async def test_an_application_that_fails_and_is_listed_no_more_is_gone(feed_of: FeedOf, lists: ListConsole) -> None:
    """An item whose call fails for ever keeps nothing from being known as gone once the list lacks it."""
    installations(lists, a=1, b=1)
    feed = feed_of("application")
    await polled(feed)
    lists.failures[f"{ENDPOINTS} a"] = [ServerTrouble("boom", problem=ApiProblem(status=500))] * 50
    lists.clock += timedelta(days=1)
    assert (await polled(feed)).misses
    assert not await gone(feed)
    lists.lists[INVENTORY].pop(0)
    for _ in range(3):
        lists.clock += timedelta(days=1)
        await polled(feed)
    assert len(await gone(feed)) == 1


async def test_an_expired_cursor_begins_the_list_anew(feed_of: FeedOf, lists: ListConsole) -> None:
    """A cursor that the console forgot costs a second reading and nothing else."""
    feed = feed_of("application_risk", page_size=2)
    lists.lists[RISKS] = [risk("a"), risk("b"), risk("c")]
    lists.expired = {"2"}
    outcome = await polled(feed)
    assert outcome.error is None
    assert (outcome.counts.records, outcome.counts.delivered) == (5, 3)


async def test_cursors_that_always_expire_are_given_up(feed_of: FeedOf, lists: ListConsole) -> None:
    """A console that forgets every cursor ends the poll with the error, not in a circle."""
    feed = feed_of("application_risk", page_size=2)
    lists.lists[RISKS] = [risk("a"), risk("b"), risk("c")]
    lists.failures[f"{RISKS} 2"] = [Refused("gone", problem=ApiProblem(status=400)) for _ in range(9)]
    assert isinstance((await polled(feed)).error, ExpiredCursor)


async def test_agents_that_disappear_are_gone_after_a_day(feed_of: FeedOf, lists: ListConsole) -> None:
    """Agents are followed by updates; once a day all are read again, and who is missing then is gone."""
    feed = feed_of("agent")
    agents = [{"id": str(number), "updatedAt": "2026-01-01T00:00:00Z"} for number in range(3)]
    lists.lists["/agents"] = agents
    await polled(feed)
    lists.lists["/agents"] = agents[1:]
    lists.clock += timedelta(hours=23)
    assert len(await poll(feed, asyncio.Event(), lambda *_: None)) == 1
    assert not await gone(feed)
    lists.clock += timedelta(hours=2)
    live, again = await poll(feed, asyncio.Event(), lambda *_: None)
    assert (live.counts.delivered, again.counts.records, again.counts.delivered) == (0, 2, 0)
    assert len(await gone(feed)) == 1


def risks(*numbers: int) -> list[dict[str, Any]]:
    """Risks by their numbers."""
    return [risk(f"r{number}") for number in numbers]


async def gone_in_view(feed: Feed) -> int:
    """How many things the stream's view of latest states calls gone."""
    rows = await feed.checkpoints._rows(  # type: ignore[attr-defined]
        "SELECT count(*) FROM things JOIN rounds USING (console, stream) WHERE round >= 0 AND round < completed"
    )
    return int(rows[0][0])


async def test_a_walk_that_lacks_most_of_an_inventory_marks_nothing(feed_of: FeedOf, lists: ListConsole) -> None:
    """Where most entities are missing from one complete walk none is gone and a second walk follows within an hour.

    What that one does not see either is gone.
    """
    feed = feed_of("application_risk")
    lists.lists[RISKS] = risks(*range(200))
    await polled(feed)
    lists.clock += timedelta(days=1)
    lists.lists[RISKS] = risks(*range(99))
    outcome = await polled(feed)
    assert outcome.error is None
    assert outcome.doubt is not None
    assert (outcome.doubt.known, outcome.doubt.unseen) == (200, 101)
    assert await gone_in_view(feed) == 0
    checkpoint = await feed.checkpoints.load(feed.walk(LIVE))
    assert checkpoint.next_due == lists.clock + timedelta(hours=1)
    lists.clock += timedelta(hours=1)
    assert (await polled(feed)).doubt is None
    assert await gone_in_view(feed) == 101
    assert (await feed.checkpoints.load(feed.walk(LIVE))).next_due == lists.clock + timedelta(days=1)


async def test_a_whole_list_after_a_short_one_ends_the_doubt(feed_of: FeedOf, lists: ListConsole) -> None:
    """What was missing only once was never gone; the next walk that lacks most is a first one again."""
    feed = feed_of("application_risk")
    doubts = []
    for numbers in (range(200), range(10), range(200), range(10)):
        lists.lists[RISKS] = risks(*numbers)
        doubts.append((await polled(feed)).doubt is not None)
        assert await gone_in_view(feed) == 0
    assert doubts == [False, True, False, True]


async def test_what_only_one_of_two_walks_saw_is_not_gone(feed_of: FeedOf, lists: ListConsole) -> None:
    """Two short lists of different entities mark as gone what neither held, and doubt the rest once more."""
    feed = feed_of("application_risk")
    for numbers in (range(400), range(150)):
        lists.lists[RISKS] = risks(*numbers)
        await polled(feed)
    lists.lists[RISKS] = risks(*range(150, 200))
    doubt = (await polled(feed)).doubt
    assert doubt is not None
    assert (doubt.known, doubt.unseen) == (200, 150)
    assert await gone_in_view(feed) == 200
    await polled(feed)
    assert await gone_in_view(feed) == 350


@pytest.mark.parametrize(("before", "after", "share"), [(99, 1, 0.5), (100, 50, 0.5), (200, 50, 0.75), (200, 0, 1.0)])
async def test_what_may_go_at_once_goes(
    feed_of: FeedOf, lists: ListConsole, before: int, after: int, share: float
) -> None:
    """Fewer than a hundred entities, and no more than the share of the settings, are gone after one walk."""
    feed = feed_of("application_risk", gone_at_most=share)
    for count in (before, after):
        lists.lists[RISKS] = risks(*range(count))
        assert (await polled(feed)).doubt is None
    assert await gone_in_view(feed) == before - after


async def test_new_entities_do_not_hide_that_the_known_ones_are_missing(feed_of: FeedOf, lists: ListConsole) -> None:
    """The share is one of the entities that were known when the walk began, also where it was cut off meanwhile."""
    feed = feed_of("application_risk", page_size=200)
    lists.lists[RISKS] = risks(*range(200))
    await polled(feed)
    lists.lists[RISKS] = risks(*range(1000, 1400))
    lists.failures[f"{RISKS} 200"] = [ServerTrouble("down", problem=ApiProblem(status=503))]
    assert (await polled(feed)).error is not None
    outcome = await polled(feed)
    assert outcome.doubt is not None
    assert (outcome.doubt.known, outcome.doubt.unseen) == (200, 200)


@pytest.mark.parametrize(("name", "path"), [("agent", "/agents"), ("group", "/groups")])
async def test_what_is_read_again_whole_is_doubted_too(
    feed_of: FeedOf, lists: ListConsole, name: str, path: str
) -> None:
    """Agents and groups of which a re-read lacks most are gone only after the next one, an hour later."""
    feed = feed_of(name)
    things = [{"id": str(number), "updatedAt": "2026-01-01T00:00:00Z"} for number in range(100)]
    lists.lists[path] = things
    await polled(feed)
    lists.lists[path] = things[:10]
    lists.clock += timedelta(hours=25)
    _, again = await poll(feed, asyncio.Event(), lambda *_: None)
    assert again.doubt is not None
    assert await gone_in_view(feed) == 0
    lists.clock += timedelta(minutes=50)
    assert len(await poll(feed, asyncio.Event(), lambda *_: None)) == 1
    lists.clock += timedelta(minutes=11)
    _, again = await poll(feed, asyncio.Event(), lambda *_: None)
    assert again.doubt is None
    assert await gone_in_view(feed) == 90


async def test_items_of_a_walk_in_doubt_are_asked_again(feed_of: FeedOf, lists: ListConsole) -> None:
    """An item whose call failed stays to be asked again while the list that lacks it is in doubt."""
    apps = {f"a{number}": 1 for number in range(150)}
    installations(lists, **apps)
    feed = feed_of("application")
    await polled(feed)
    lists.failures[f"{ENDPOINTS} a7"] = [ServerTrouble("boom", problem=ApiProblem(status=500))] * 50
    lists.clock += timedelta(days=1)
    assert (await polled(feed)).misses
    listed = lists.lists[INVENTORY]
    lists.lists[INVENTORY] = listed[100:]
    lists.clock += timedelta(days=1)
    lists.asked.clear()
    assert (await polled(feed)).doubt is not None
    assert f"{ENDPOINTS} a7" in lists.paths()


async def test_only_a_complete_walk_makes_an_inventory_new(feed_of: FeedOf, lists: ListConsole) -> None:
    """A walk that fails, at its first page or later, tells no time; one that was read to its end tells its own."""
    feed = feed_of("application_risk", page_size=2)
    lists.lists[RISKS] = [risk("a"), risk("b"), risk("c")]
    down = ServerTrouble("down", problem=ApiProblem(status=503))
    lists.failures = {RISKS: [down], f"{RISKS} 2": [down]}
    assert [(await polled(feed)).newest for _ in range(3)] == [None, None, "2026-01-02T12:00:00.000Z"]
