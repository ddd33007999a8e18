"""What a `run` does beside collecting: it shows that it is at work, and learns when tokens expire."""

import asyncio
import os
import platform
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from s1ecs.api.access import token_expiry
from s1ecs.api.client import Client
from s1ecs.errors import S1ecsError
from s1ecs.state.life import Run, Token, save_run, save_token, tokens

BEAT = timedelta(seconds=10)

_TOKENS_EVERY = timedelta(hours=6)
_TOKENS_AGAIN = timedelta(minutes=10)

Clock = Callable[[], datetime]


class Ask(Protocol):
    """Does something with the state database, in a transaction of its own between two commits."""

    def __call__(self, question: Callable[[sqlite3.Connection], Any], /) -> Awaitable[Any]:
        """What the question gave."""


@asynccontextmanager
async def beating(ask: Ask, clock: Clock, every: timedelta = BEAT) -> AsyncIterator[None]:
    """Show in the state that this process is at work, until the context ends, and then that it was told to end.

    Where the state can't be written nothing is said: every stream says it.
    """
    now = clock()
    run = Run(platform.node(), os.getpid(), started=now, beat=now)

    async def beat() -> None:
        while True:
            with suppress(S1ecsError):
                await ask(partial(save_run, run=replace(run, beat=clock())))
            await asyncio.sleep(every.total_seconds())

    heart = asyncio.create_task(beat())
    try:
        yield
    finally:
        heart.cancel()
        await asyncio.gather(heart, return_exceptions=True)
        with suppress(S1ecsError):
            await ask(partial(save_run, run=replace(run, beat=clock(), ended=clock())))


async def follow_tokens(
    clients: Mapping[str, Client], ask: Ask, clock: Clock, tell: Callable[[str, datetime], None]
) -> None:
    """Ask each console now and then when its token expires, remember it, and `tell` it; it never ends by itself.

    Whatever is in the way is passed over: a token that is no good shows in the streams.
    """
    await asyncio.gather(*(_follow(name, client, ask, clock, tell) for name, client in clients.items()))


async def _follow(name: str, client: Client, ask: Ask, clock: Clock, tell: Callable[[str, datetime], None]) -> None:
    while True:
        wait = _TOKENS_AGAIN
        with suppress(S1ecsError):
            known: Mapping[str, Token] = await ask(tokens)
            token = known.get(name)
            # A `run` that is started again and again does not ask each time.
            if token is None or not timedelta(0) <= clock() - token.learned < _TOKENS_EVERY:
                token = Token(await token_expiry(client), clock())
                await ask(partial(save_token, console=name, token=token))
            if token.expires is not None:
                tell(name, token.expires)
            wait = token.learned + _TOKENS_EVERY - clock()
        await asyncio.sleep(wait.total_seconds())
