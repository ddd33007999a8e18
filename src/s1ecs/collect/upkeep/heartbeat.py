"""Heartbeat of a `run` and expiry of tokens, beside collecting."""

import asyncio
import os
import platform
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta

from s1ecs.collect.upkeep.token_expiry import TOKENS_AGAIN, TOKENS_EVERY, current_expiry
from s1ecs.errors import S1ecsError
from s1ecs.process_identity import identity_of
from s1ecs.sentinelone.client import Client
from s1ecs.state.heartbeats import BEAT, Heartbeats, Run
from s1ecs.tasks import meanwhile, side_by_side

UtcClock = Callable[[], datetime]


@asynccontextmanager
async def beating(heartbeats: Heartbeats, clock: UtcClock, every: timedelta = BEAT) -> AsyncIterator[None]:
    """Show in the state that this process is at work, until the context ends, and then that it was told to end.

    If the state can't be written nothing is logged here: every stream logs it.
    """
    now = clock()
    run = Run(platform.node(), os.getpid(), started=now, beat=now, process=identity_of(os.getpid()))

    async def beat() -> None:
        while True:
            with suppress(S1ecsError):
                await heartbeats.save_run(replace(run, beat=clock()))
            await asyncio.sleep(every.total_seconds())

    try:
        async with meanwhile([beat()]):
            yield
    finally:
        with suppress(S1ecsError):
            await heartbeats.save_run(replace(run, beat=clock(), ended=clock()))


async def follow_tokens(
    clients: Mapping[str, Client], heartbeats: Heartbeats, clock: UtcClock, tell: Callable[[str, datetime], None]
) -> None:
    """Request the expiry of each console's token now and then, save it, and `tell` it; it never ends by itself.

    Errors are ignored: a token that is not valid shows in the streams.
    """
    await side_by_side(_follow(name, client, heartbeats, clock, tell) for name, client in clients.items())


async def _follow(
    name: str, client: Client, heartbeats: Heartbeats, clock: UtcClock, tell: Callable[[str, datetime], None]
) -> None:
    while True:
        wait = TOKENS_AGAIN
        with suppress(S1ecsError):
            token = await current_expiry(name, client, heartbeats, (await heartbeats.tokens()).get(name), clock)
            if token.expires is not None:
                tell(name, token.expires)
            wait = token.learned + TOKENS_EVERY - clock()
        await asyncio.sleep(wait.total_seconds())
