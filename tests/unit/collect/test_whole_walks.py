"""`collect` reads an inventory as a whole at most once per interval, unless it is told to."""

import asyncio
from datetime import timedelta

import structlog
from structlog.testing import LogCapture

from s1ecs.collect.feed import Feed
from s1ecs.collect.scheduler import collect_once
from s1ecs.state.checkpoints import LIVE, Commit

from .conftest import FeedOf
from .lists import ListConsole
from .test_inventory import RISKS, risk
from .test_per_item import ENDPOINTS, TROUBLE, installations


async def collected(feed: Feed, *, full: bool = False, stop: bool = False) -> tuple[int, list[str]]:
    """Collect once: how many records were read, and the lines of the log."""
    said, stopping = LogCapture(), asyncio.Event()
    if stop:
        stopping.set()
    log = structlog.wrap_logger(None, processors=[said])
    [outcome] = await collect_once([feed], stopping, lambda *_: None, log, full=full)
    assert outcome.state == ("stopped" if stop else "ok")
    return outcome.counts.records, [line["event"] for line in said.entries]


async def test_a_complete_inventory_keeps_its_interval(feed_of: FeedOf, lists: ListConsole) -> None:
    """A second collect leaves a complete inventory alone and says until when; --full, or its time, reads it again.

    It may be read a little early, so that a daily job does not miss it by seconds.
    """
    feed = feed_of("application_risk", interval=timedelta(hours=24))
    lists.lists[RISKS] = [risk("a"), risk("b")]
    assert (await collected(feed))[0] == 2
    read, [line] = await collected(feed)
    assert (read, line.startswith("default application_risk: complete, due again at ")) == (0, True)
    assert line.endswith("Z; --full reads it now")
    assert (await collected(feed, full=True))[0] == 2
    for wait, records in ((timedelta(hours=3), 0), (timedelta(hours=2), 2), (timedelta(seconds=-1), 2)):
        due = feed.client.now() + wait
        await feed.checkpoints.commit(feed.walk(LIVE), Commit({}, next_due=due))
        assert (await collected(feed))[0] == records


async def test_an_inventory_that_was_cut_off_is_resumed(feed_of: FeedOf, lists: ListConsole) -> None:
    """A walk that a signal stopped in the midst goes on at the next collect, whenever the last complete one was."""
    feed = feed_of("application_risk", interval=timedelta(hours=24), page_size=2)
    lists.lists[RISKS] = [risk("a"), risk("b"), risk("c")]
    await collected(feed)
    assert (await collected(feed, full=True, stop=True))[0] == 2
    assert (await collected(feed))[0] == 1
    assert (await collected(feed))[0] == 0


async def test_a_stream_that_is_read_by_time_is_always_read(feed_of: FeedOf, lists: ListConsole) -> None:
    """What the console filters by time is read at each collect, also an inventory such as the agents."""
    feed = feed_of("group", interval=timedelta(hours=24))
    lists.lists["/groups"] = []
    for _ in range(2):
        _, lines = await collected(feed)
        assert not any("due again" in line for line in lines)


async def test_failed_items_of_a_complete_inventory_are_read_again(feed_of: FeedOf, lists: ListConsole) -> None:
    """While its interval lasts each collect asks for what failed, tells what still does, and nothing else of it."""
    feed = feed_of("application", interval=timedelta(hours=24))
    installations(lists, a=1, b=2)
    lists.failures[f"{ENDPOINTS} b"] = [TROUBLE, TROUBLE]
    log = structlog.wrap_logger(None, processors=[LogCapture()])
    found = []
    for _ in range(4):
        lists.asked.clear()
        [outcome] = await collect_once([feed], asyncio.Event(), lambda *_: None, log, full=False)
        found.append((outcome.misses, outcome.counts.delivered, lists.paths()))
        lists.clock += timedelta(minutes=1)
    whole, *later = found
    assert whole[:2] == (True, 1)
    assert later == [(True, 0, [f"{ENDPOINTS} b"]), (False, 2, [f"{ENDPOINTS} b"]), (False, 0, [])]
