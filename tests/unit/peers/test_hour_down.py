"""The console is down for an hour: at first nobody listens, then a gateway answers 503."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from s1ecs.sentinelone.rate_limits import RateLimits
from s1ecs.streams import STREAMS

from .jumping_time import run
from .world import Sent, World, collecting, world

MINUTE = 60.0
DOWN = 60 * MINUTE
# Whatever is walked whole, or again, is so each five minutes.
AFTERWARDS = 7 * MINUTE

Story = Callable[[World], Coroutine[Any, Any, None]]


def delivered(folder: Path) -> Mapping[str, list[str]]:
    """The ids of the documents in the store, by stream."""
    with closing(sqlite3.connect(folder / "s1ecs.db")) as connection:
        rows = connection.execute("SELECT stream, id FROM documents").fetchall()
    return {name: [identity for stream, identity in rows if stream == name] for name in STREAMS}


def over_the_limit(sent: Iterable[Sent]) -> list[str]:
    """Paths that were asked more often than the published rate of their prefix allows, with the time."""
    limits = RateLimits()
    left: dict[str, tuple[float, float]] = {}
    found = []
    for each in sorted(sent, key=lambda each: each.at):
        rate = limits.rate(each.path)
        before, then = left.get(rate.prefix, (rate.burst, each.at))
        allowed = min(rate.burst, before + (each.at - then) * rate.per_second) - 1
        left[rate.prefix] = (allowed, each.at)
        if allowed < -1e-3:
            found.append(f"{each.path} at {each.at:.3f} s")
    return found


def told(folder: Path, story: Story, growth: float) -> World:
    """The world after a story that is followed by some quiet."""

    async def live() -> World:
        async with world(growth=growth) as console, collecting(console, folder):
            await story(console)
            console.faults()
            console.growth.set(0)
            await asyncio.sleep(AFTERWARDS)
        return console

    return run(live())


async def hour_down(console: World) -> None:
    """A few good minutes, half an hour of refused connections, half an hour of 503, a few good minutes."""
    await asyncio.sleep(3 * MINUTE)
    await console.refuse()
    await asyncio.sleep(DOWN / 2)
    console.faults({"kind": "server_error", "status": 503})
    await console.listen()
    await asyncio.sleep(DOWN / 2)
    console.faults()
    await asyncio.sleep(3 * MINUTE)


def test_an_hour_of_outage_loses_nothing_and_hurries_nobody(tmp_path: Path) -> None:
    """All that came into being meanwhile arrives, once, and no path was ever asked above its published rate."""
    console = told(tmp_path, hour_down, growth=10)
    ids = delivered(tmp_path)
    assert console.difference(ids) == {}
    assert all(ids.values())
    refused, in_trouble = ([each for each in console.sent if each.status == status] for status in (0, 503))
    assert min(len(refused), len(in_trouble)) > DOWN / 2 / MINUTE
    assert not over_the_limit(console.sent)
    assert not [each for each in console.sent if each.status == 429]


def test_who_asks_too_often_is_noticed() -> None:
    """The check of the rates can fail: a second request to a path with a burst of one, too early."""
    assert over_the_limit([Sent("/agents", 0.0, 200), Sent("/agents", 0.01, 200)]) == ["/agents at 0.010 s"]
    assert not over_the_limit([Sent("/agents", 0.0, 200), Sent("/agents", 0.05, 200)])


@pytest.mark.parametrize(
    "rules",
    [
        [{"kind": "late", "minutes": 5, "share": 0.5}],
        [
            {"kind": "same_time", "path": path, "every": 3, "at_most": 2, "records": 25}
            for path in ("/activities", "/threats", "/cloud-detection/alerts")
        ],
        [{"kind": "shifted", "every": 2}, {"kind": "empty_page", "every": 5}],
        [{"kind": "cursor_expired", "every": 7}, {"kind": "same_cursor", "every": 11}],
    ],
    ids=["late", "equal times", "shifting pages", "cursors"],
)
def test_what_comes_late_together_or_shifted_arrives(tmp_path: Path, rules: list[dict[str, object]]) -> None:
    """Records that become visible late or share a time, shifting pages and lost cursors lose and double nothing."""

    async def story(console: World) -> None:
        console.faults(*rules)
        await asyncio.sleep(6 * MINUTE)

    console = told(tmp_path, story, growth=30)
    assert console.difference(delivered(tmp_path)) == {}
    assert set(console.plan.shown()["struck"]) == {rule["kind"] for rule in rules}
