"""Who may walk: `collect` fails where another process does, `run` waits for it and goes on."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import structlog
from structlog.testing import LogCapture

from s1ecs.collect.feed import Feed
from s1ecs.collect.scheduler import collect_once, run_forever
from s1ecs.errors import WalkTaken
from s1ecs.state.checkpoints import LIVE, REREAD

from .conftest import FeedOf, Paced, RecordingOutput, ScriptedConsole, alert


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    while not holds():  # noqa: ASYNC110 - a log has no event
        await asyncio.sleep(0.005)


def test_a_poll_holds_the_walks_that_it_makes(feed: Feed, feed_of: FeedOf) -> None:
    """The live walk, and the re-read where there is one."""
    assert [walk.walk for walk in feed.own_walks] == [LIVE, REREAD]
    assert [walk.walk for walk in feed_of("activity").own_walks] == [LIVE]


async def test_collect_fails_where_another_collects(feed: Feed, console: ScriptedConsole) -> None:
    """The stream that is taken fails without asking the console; how its last poll ended stays as the other says."""
    said = LogCapture()
    async with feed.state.leases.held(feed.own_walks):
        log = structlog.wrap_logger(None, processors=[said])
        [outcome] = await collect_once([feed], asyncio.Event(), lambda *_: None, log)
    assert isinstance(outcome.error, WalkTaken)
    assert not console.asked
    [line] = said.entries
    assert line["event"].startswith("default alert: already collected by process ")


async def test_one_line_for_the_process_that_holds_all(feed_of: FeedOf) -> None:
    """What one process holds is one line that names the streams, or says that it is all of them."""
    said = LogCapture()
    log = structlog.wrap_logger(None, processors=[said])
    feeds = [feed_of(name) for name in ("activity", "group", "agent")]
    held = [walk for feed in feeds for walk in feed.own_walks]
    async with feeds[0].state.leases.held(held):
        outcomes = await collect_once(feeds, asyncio.Event(), lambda *_: None, log)
    assert [type(outcome.error) for outcome in outcomes] == [WalkTaken] * 3
    async with feeds[0].state.leases.held(held[:2]):
        await collect_once(feeds, asyncio.Event(), lambda *_: None, log)
    taken = [line["event"] for line in said.entries if "already collected by" in line["event"]]
    assert [line.partition(": already")[0] for line in taken] == ["all streams", "default activity, default group"]


async def test_run_waits_for_its_turn_and_the_others_go_on(
    paced: Paced, console: ScriptedConsole, output: RecordingOutput
) -> None:
    """A stream that is taken is said once and tried at each interval; it is collected once it is free."""
    taken = paced(interval=timedelta(milliseconds=20))
    free = replace(taken, console="other")
    console.script = [[alert("a", "11:00")]]
    said = LogCapture()
    stop = asyncio.Event()
    log = structlog.wrap_logger(None, processors=[said])

    def lines(*words: str) -> list[str]:
        return [line["event"] for line in said.entries if all(word in line["event"] for word in words)]

    async with taken.state.leases.held(taken.own_walks):
        following = asyncio.create_task(run_forever([taken, free], stop, lambda *_: None, log))
        await until(lambda: len(lines("other alert: up to date")) >= 5)
        assert not lines("default alert: up to date")
        [refusal] = lines("already collected by process", "retried at each interval")
        assert refusal.startswith("default alert: ")
    await until(lambda: bool(lines("default alert: up to date")))
    stop.set()
    await following
    assert lines("released by") == ["default alert: released by the other process, collecting starts"]
    assert len(output.ids) == 1


async def test_run_holds_its_walks_between_polls(paced: Paced) -> None:
    """Between two polls nobody else may walk either; afterwards everybody may."""
    following_feed = paced(interval=timedelta(hours=1))
    said = LogCapture()
    stop = asyncio.Event()
    log = structlog.wrap_logger(None, processors=[said])
    following = asyncio.create_task(run_forever([following_feed], stop, lambda *_: None, log))
    await until(lambda: bool(said.entries))
    [outcome] = await collect_once([following_feed], asyncio.Event(), lambda *_: None, log)
    assert isinstance(outcome.error, WalkTaken)
    stop.set()
    await following
    async with following_feed.state.leases.held(following_feed.own_walks):
        pass
