"""Whatever the console's clock shows for a while: once it is right again all records were delivered, each once."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
import structlog.testing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s1ecs.collect.clock_watch import ClockWatch
from s1ecs.collect.due import seconds_until_due
from s1ecs.collect.feed import Feed
from s1ecs.collect.poll import poll
from s1ecs.state.checkpoints import LIVE, Commit
from s1ecs.state.sqlite.heartbeats import read_life
from s1ecs.streams import STREAMS
from s1ecs.streams.collection_modes import Asking, ByTime, Inventory
from s1ecs.streams.threat import TIMELINE
from s1ecs.timestamps import earlier, time_text

from .clocked import BEGAN, AskableOutput, ClockedConsole, collecting

RIGHT = timedelta(0)
HOURS = [timedelta(hours=hours) for hours in (-20, -2, -0.5, 0.5, 2, 20)]
DAYS = [timedelta(days=days) for days in (-60, -2, 2, 60)]
ABSURD = [datetime(1970, 1, 1, 0, 5, tzinfo=UTC) - BEGAN, timedelta(days=70 * 365)]
CLOCKS = [RIGHT, RIGHT, *HOURS, *DAYS, *ABSURD]


@dataclass(frozen=True)
class Clock:
    """The console's clock is set to be so far ahead of the truth."""

    ahead: timedelta


@dataclass(frozen=True)
class Record:
    """A record comes to be, stamped by the console's clock or by the truth."""

    truly: bool = False


@dataclass(frozen=True)
class Poll:
    """A poll, which breaks off after so many answers; with `then` the console's clock is set there instead."""

    answers: int | None = None
    then: timedelta | None = None


@dataclass(frozen=True)
class Wait:
    """Time goes by."""

    minutes: int


Event = Clock | Record | Poll | Wait

EVENTS = st.lists(
    st.one_of(
        st.builds(Clock, st.sampled_from(CLOCKS)),
        st.builds(Record, st.booleans()),
        st.builds(Record, st.booleans()),
        st.builds(Poll),
        st.builds(Poll, st.integers(0, 3), st.none() | st.sampled_from(CLOCKS)),
        st.builds(Wait, st.sampled_from([1, 1, 15, 45, 130, 3000])),
    ),
    min_size=4,
    max_size=20,
)


def ask_of(name: str) -> tuple[str, Asking]:
    """The stream of that name with its way of asking; `timeline` is that of threats with theirs."""
    if name == "timeline":
        ask = STREAMS["threat"].ask
        assert isinstance(ask, ByTime)
        return "threat", replace(ask, per_item=TIMELINE)
    return name, STREAMS[name].ask


async def delivered(
    name: str, events: Sequence[Event], *, astray: timedelta = RIGHT, migrated: bool = False, folder: Path
) -> list[str]:
    """What was delivered by all these events and a calm behind them; as many records as there are must come once."""
    stream, ask = ask_of(name)
    console, output = ClockedConsole(ask, astray=astray), AskableOutput()
    async with collecting(folder, stream, console, output) as feed:
        if migrated:
            first = time_text(BEGAN - timedelta(hours=1))
            await feed.checkpoints.commit(feed.walk(LIVE), Commit({"first": first}))
        seen = True
        for event in events:
            match event:
                case Clock(ahead):
                    if not seen:
                        # Who sets a clock twice between two polls leaves nothing by which the first could be known.
                        await polled(feed, console)
                    console.ahead, seen = ahead, True
                case Record(truly):
                    console.add(time_text(console.now_is) if truly else console.stamp())
                    seen = seen and (truly or not console.ahead)
                    console.now_is += timedelta(seconds=1)
                case Poll(answers, then):
                    console.requests_left, console.then, seen = answers, then, True
                    await polled(feed, console)
                case Wait(minutes):
                    # What lies further back than the first poll looks is not wanted.
                    begun = (await feed.checkpoints.load(feed.walk(LIVE))).position
                    console.now_is += timedelta(minutes=minutes if begun else min(minutes, 15))
        if not seen:
            await polled(feed, console)
        console.ahead = RIGHT
        for minutes in (1, 1, 25 * 60) if isinstance(ask, Inventory) else (1, 1):
            console.now_is += timedelta(minutes=minutes)
            await polled(feed, console)
        assert len(set(output.delivered)) == len(output.delivered), "doubled"
        assert len(output.delivered) == len(console.records), "lost"
    return output.delivered


async def polled(feed: Feed, console: ClockedConsole) -> None:
    """One poll; neither what it asks for nor what it saves lies behind the console's present."""
    console.since.clear()
    present = time_text(console.now())
    outcomes = await poll(feed, asyncio.Event(), lambda *_: None)
    stepped = console.ahead != datetime.fromisoformat(present) - console.now_is
    assert all("mistake" not in str(outcome.error) for outcome in outcomes), outcomes
    console.requests_left = console.then = None
    if not stepped:
        assert max(console.since, default="")[:19] <= earlier(present, feed.pace.overlap)[:19]
        position = (await feed.checkpoints.load(feed.walk(LIVE))).position
        assert max(position.get("greatest", ""), position.get("seen", "")) <= present


NAMES = [*STREAMS, "timeline"]


@pytest.mark.parametrize("name", NAMES)
@settings(derandomize=True, max_examples=25, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(
    events=EVENTS,
    astray=st.sampled_from([RIGHT, RIGHT, timedelta(hours=-1), timedelta(minutes=7), timedelta(days=1)]),
    migrated=st.booleans(),
)
def test_any_clocks_lose_and_double_nothing(
    name: str, events: list[Event], astray: timedelta, *, migrated: bool
) -> None:
    """Any clocks of the console, and records stamped by them or by the truth: all arrive once it is right again."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(delivered(name, events, astray=astray, migrated=migrated, folder=Path(folder)))


def run(name: str, *events: Event, astray: timedelta = RIGHT, migrated: bool = False) -> None:
    """These events, then a calm."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(delivered(name, events, astray=astray, migrated=migrated, folder=Path(folder)))


BY_TIME = ["activity", "alert", "threat_event", "timeline", "unified_alert"]
AHEAD, BEHIND = Clock(timedelta(hours=2)), Clock(timedelta(hours=-2))
BACK = Clock(RIGHT)


@pytest.mark.parametrize("name", BY_TIME)
@pytest.mark.parametrize(
    "events",
    [
        (Poll(), AHEAD, Record(), Poll(), BACK, *[Record()] * 3, Poll()),
        (Poll(), AHEAD, Record(), Poll(), Record(truly=True), BACK, Wait(180), Record(), Poll()),
        (Clock(timedelta(days=2)), Record(truly=True), Poll(), BACK, Record(), Poll()),
        (Poll(), *[AHEAD, Record(), Poll(), Record(truly=True), BACK, Record(), Poll()] * 3),
        (
            Record(),
            Poll(),
            Wait(60),
            BEHIND,
            Record(),
            Wait(60),
            Record(),
            Poll(1),
            BACK,
            Record(),
            Poll(),
            Wait(3000),
            Record(),
        ),
        (
            Record(),
            Record(),
            Record(),
            Poll(1, timedelta(hours=2)),
            Record(),
            Record(truly=True),
            Poll(),
            BACK,
            Record(),
        ),
        (Poll(), Clock(ABSURD[1]), Record(), Poll(1), Clock(ABSURD[0]), Record(), Poll(), BACK, Record(), Record()),
    ],
    ids=["one poll ahead", "passed meanwhile", "at first", "two nodes", "behind", "within a walk", "absurd"],
)
def test_clocks_that_are_known_to_be_met(name: str, events: Sequence[Event]) -> None:
    """What was met, or thought of, loses and doubles nothing."""
    run(name, *events)


async def test_items_that_failed_under_a_clock_ahead_are_asked_again(tmp_path: Path) -> None:
    """An inventory that began under a clock years ahead forgets no item that failed in it, and is due in time."""
    stream, ask = ask_of("application")
    console, output = ClockedConsole(ask), AskableOutput()
    console.add("")
    async with collecting(tmp_path, stream, console, output) as feed:
        console.ahead, console.then, console.requests_left = ABSURD[1], RIGHT, 1
        console.failing.add("0")
        await polled(feed, console)
        assert not output.delivered
        assert await feed.checkpoints.failed(feed.walk(LIVE), 9, ("", ""))
        assert await seconds_until_due(feed) <= feed.pace.interval.total_seconds()
        console.failing.clear()
        console.now_is += timedelta(minutes=5)
        await polled(feed, console)
        assert len(output.delivered) == 1


async def test_what_belongs_to_a_threat_is_not_settled_by_a_clock_ahead(tmp_path: Path) -> None:
    """An event that becomes visible after its threat was read under a clock ahead arrives."""
    stream, ask = ask_of("threat_event")
    console, output = ClockedConsole(ask), AskableOutput()
    async with collecting(tmp_path, stream, console, output) as feed:
        await polled(feed, console)
        console.ahead = timedelta(hours=2)
        console.add(time_text(console.now_is))
        console.hidden.add("0")
        await polled(feed, console)
        assert not output.delivered
        console.hidden.clear()
        console.ahead = RIGHT
        console.now_is += timedelta(minutes=2)
        await polled(feed, console)
        assert len(output.delivered) == 1


@pytest.mark.parametrize("name", ["activity", "unified_alert"])
async def test_a_position_saved_before_clocks_were_remembered(tmp_path: Path, name: str) -> None:
    """Bounds of a database of before, taken two days and a lifetime ahead, are not believed."""
    stream, ask = ask_of(name)
    for days, position in enumerate(({}, {"greatest": "2096-01-01T00:00:00.000Z"})):
        console, output = ClockedConsole(ask), AskableOutput()
        console.add(console.stamp())
        ahead = {"first": time_text(BEGAN + timedelta(days=1)), "forgotten": "2095-12-31T00:00:00.000Z"}
        async with collecting(tmp_path / str(days), stream, console, output) as feed:
            await feed.checkpoints.commit(feed.walk(LIVE), Commit({**ahead, **position}))
            console.now_is += timedelta(seconds=1)
            await polled(feed, console)
            assert len(output.delivered) == 1


async def test_a_step_of_our_own_clock_is_none_of_the_consoles(tmp_path: Path) -> None:
    """Our clock set forward by a day makes nothing be read again."""
    stream, ask = ask_of("activity")
    console, output = ClockedConsole(ask), AskableOutput()
    async with collecting(tmp_path, stream, console, output) as feed:
        for astray in (RIGHT, timedelta(days=1), timedelta(days=-1)):
            console.astray = astray
            console.add(console.stamp())
            await polled(feed, console)
            console.now_is += timedelta(days=2)
        position = (await feed.checkpoints.load(feed.walk(LIVE))).position
        assert "anchors" not in position["clock"]
        assert console.since == [time_text(BEGAN + timedelta(days=2, minutes=-10))[:19] + "Z"]


async def test_a_wrong_clock_is_said_once_and_once_more_when_it_is_right(tmp_path: Path) -> None:
    """The log warns once while the clocks disagree, however many streams look, and tells once that they agree again."""
    stream, ask = ask_of("activity")
    console, output = ClockedConsole(ask), AskableOutput()
    async with collecting(tmp_path, stream, console, output) as feed:
        with structlog.testing.capture_logs() as lines:
            watch = ClockWatch(structlog.get_logger())
            for ahead, minutes in ((0, 1), (-3, 1), (-3, 1), (0, 1), (-3, 1), (0, 4), (0, 2), (0, 60)):
                console.ahead = timedelta(hours=ahead)
                await watch.look(feed)
                console.now_is += timedelta(minutes=minutes)
            told = read_life(tmp_path).clocks["default"]
    assert [line["log_level"] for line in lines] == ["warning", "info"]
    assert "default: the console's clock is 3h behind this machine's (tolerance 5m)" in lines[0]["event"]
    assert "agree again" in lines[1]["event"]
    assert told.ahead == 0
