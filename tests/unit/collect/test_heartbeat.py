"""The heartbeat, and when tokens expire: what a `run` shows beside collecting."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pytest

from s1ecs.collect.upkeep.heartbeat import beating, follow_tokens
from s1ecs.errors import NotFound, StateFull, Unreachable
from s1ecs.state.heartbeats import Run
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.heartbeats import read_life
from s1ecs.state.sqlite.state import SqliteHeartbeats

if TYPE_CHECKING:
    from s1ecs.sentinelone.client import Client

T = TypeVar("T")
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
EXPIRES = datetime(2026, 3, 1, tzinfo=UTC)


class Clock:
    """A clock that goes on a minute with each look."""

    now = NOW

    def __call__(self) -> datetime:
        """Tell the time."""
        self.now += timedelta(minutes=1)
        return self.now


class TokenConsole:
    """A console that tells nothing about tokens; the token itself does. The first `failures` questions fail."""

    def __init__(self, failures: int = 0) -> None:
        self.asked = 0
        self._failures = failures

    async def token(self) -> str:
        """A JSON Web Token."""
        claims = base64.urlsafe_b64encode(json.dumps({"exp": EXPIRES.timestamp()}).encode()).decode()
        return f"header.{claims}.signature"

    async def post(self, path: str, body: object, *, repeatable: bool = False) -> Any:
        """Have no such thing, or be away."""
        self.asked += 1
        if self.asked <= self._failures:
            raise Unreachable("away")
        raise NotFound("none")

    async def get(self, path: str) -> Any:
        """Have no such thing."""
        raise NotFound("none")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open state database."""
    opened = await Database.open(tmp_path)
    yield opened
    await opened.close()


async def test_beats(database: Database, tmp_path: Path) -> None:
    """A run shows itself again and again, and at its end that it was told to end."""
    clock = Clock()
    seen: set[datetime] = set()
    async with beating(SqliteHeartbeats(database), clock, every=timedelta(milliseconds=5)):
        while len(seen) < 3:
            await asyncio.sleep(0.005)
            run = read_life(tmp_path).run
            if run is not None:
                assert run.ended is None
                seen.add(run.beat)
    run = read_life(tmp_path).run
    assert run is not None
    assert run.ended is not None
    assert run.started < min(seen) < max(seen) < run.ended


async def test_a_state_that_cannot_be_written_stops_no_heart(database: Database, tmp_path: Path) -> None:
    """While the state can't be written beats are lost, silently; the next one is there again."""
    full = True

    class Full(SqliteHeartbeats):
        async def save_run(self, run: Run) -> None:
            if full:
                raise StateFull("full")
            await super().save_run(run)

    async with beating(Full(database), Clock(), every=timedelta(milliseconds=5)):
        await asyncio.sleep(0.05)
        assert read_life(tmp_path).run is None
        full = False
        while read_life(tmp_path).run is None:  # noqa: ASYNC110 - a file is looked at
            await asyncio.sleep(0.005)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every wait in seconds; the third one never ends."""
    noted: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        noted.append(seconds)
        await sleep(3600 if len(noted) == 3 else 0)

    monkeypatch.setattr(asyncio, "sleep", note)
    return noted


async def followed(console: TokenConsole, database: Database, clock: Clock, waits: list[float]) -> list[datetime]:
    """What is told until the third wait."""
    told: list[datetime] = []
    clients = {"default": cast("Client", console)}
    task = asyncio.create_task(
        follow_tokens(clients, SqliteHeartbeats(database), clock, lambda _, expires: told.append(expires))
    )
    before = asyncio.get_running_loop().time()
    while len(waits) < 3:
        assert asyncio.get_running_loop().time() < before + 120
        await asyncio.wait({task}, timeout=0.01)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return told


async def test_token_is_asked_for_every_six_hours(database: Database, tmp_path: Path, waits: list[float]) -> None:
    """What was learned lately is not asked again, by this process or the next; what is known is told at each start."""
    console = TokenConsole()
    assert await followed(console, database, Clock(), waits) == [EXPIRES] * 3
    assert console.asked == 1
    assert all(5 * 3600 < wait < 6 * 3600 for wait in waits)
    assert read_life(tmp_path).tokens["default"].expires == EXPIRES


async def test_token_of_a_console_that_is_away(database: Database, waits: list[float]) -> None:
    """A console that does not answer is asked again after ten minutes; nothing is raised."""
    console = TokenConsole(failures=2)
    assert await followed(console, database, Clock(), waits) == [EXPIRES]
    assert waits[:2] == [600, 600]
    assert console.asked == 3
