"""A console on a socket, clients for it, and waits that are written down instead of waited."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.rate_limits import Rate, RateLimits
from s1ecs.sentinelone.transport import Connection

from .console import Console

TOKEN = "eyJ-a-made-up-token-0123456789"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

MakeClient = Callable[..., Client]


def holding(*tokens: str) -> Callable[[], Awaitable[str]]:
    """Where a token is kept: each reading gives the next one, and the last one from then on."""
    left = list(tokens)

    async def read() -> str:
        return left.pop(0) if len(left) > 1 else left[0]

    return read


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    """A console that listens on a port of its own."""
    made = Console()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    made.over.set()
    server.close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every back-off in seconds, none of them slept."""
    noted: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float, result: Any = None) -> Any:
        if seconds:
            noted.append(seconds)
        return await sleep(0, result)

    monkeypatch.setattr(asyncio, "sleep", note)
    return noted


@pytest.fixture
async def client_for(waits: list[float]) -> AsyncIterator[Callable[..., Any]]:
    """Make clients by address and options; none of their back-offs is slept."""
    assert waits == []
    async with AsyncExitStack() as stack:

        async def make(url: str, **options: Any) -> Client:
            options = {"token": holding(TOKEN), **options}
            outer = {key: options.pop(key) for key in ("observer", "monotonic", "connections") if key in options}
            client = Client(
                Connection(console="default", url=url, **options),
                clock=lambda: NOON,
                rates=RateLimits((), Rate("", 10_000, 10_000), longest_pause=0),
                **outer,
            )
            return await stack.enter_async_context(client)

        yield make


@pytest.fixture
async def client(console: Console, client_for: Callable[..., Any]) -> Client:
    """A client of the console with a good token."""
    made: Client = await client_for(console.url)
    return made
