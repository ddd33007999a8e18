import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from s1ecs.cluster import exclusive
from s1ecs.cluster.exclusive import exclusively
from s1ecs.cluster.token_watch import TokenWatch
from s1ecs.collect.feed import Feed
from s1ecs.collect.upkeep import token_expiry as token_rule
from s1ecs.state.heartbeats import TokenExpiry
from s1ecs.state.memory.state import MemoryState

pytestmark = pytest.mark.in_memory

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
EXPIRES = NOW + timedelta(days=30)


async def test_upkeep_is_done_by_one_process_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second process takes over when the first ends, and not before."""
    monkeypatch.setattr(exclusive, "_TRIED_EVERY", 0.05)
    state = MemoryState()
    states = [MemoryState(state.tables) for _ in range(2)]
    at_work: list[int] = []

    def work(number: int) -> Callable[[], Any]:
        async def forever() -> None:
            at_work.append(number)
            await asyncio.sleep(60)

        return forever

    one, two = (asyncio.create_task(exclusively(each.leases, "x", work(n))) for n, each in enumerate(states))
    await asyncio.sleep(0.3)
    assert at_work == [0]
    one.cancel()
    await asyncio.gather(one, return_exceptions=True)
    await asyncio.sleep(0.3)
    assert at_work == [0, 1]
    two.cancel()
    await asyncio.gather(two, return_exceptions=True)
    assert not state.tables.leases


async def test_the_expiry_of_a_token_is_requested_by_one_worker_and_told_by_all(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker requests it if nobody did within hours; another one reads what the first came to know."""
    asked: list[str] = []

    async def expiry(_client: object) -> datetime:
        asked.append("token")
        return EXPIRES

    monkeypatch.setattr(token_rule, "token_expiry", expiry)
    told: list[tuple[str, datetime]] = []
    for _ in range(2):
        watch = TokenWatch(lambda: NOW, lambda *each: told.append(each))
        await watch.look(feed)
        await watch.look(feed)
    assert asked == ["token"]
    assert told == [("default", EXPIRES)] * 2
    assert await feed.state.heartbeats.tokens() == {"default": TokenExpiry(EXPIRES, NOW)}
