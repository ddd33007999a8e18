"""Upkeep that one worker at a time does for all: under a lease, which the next one takes when it is free."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

from s1ecs.cluster.under_lease import while_held
from s1ecs.errors import S1ecsError
from s1ecs.state.leases import Leases

_TRIED_EVERY = 15.0


class Upkeep(NamedTuple):
    """The lease of one kind of upkeep."""

    walk: str
    console: str = ""
    stream: str = "upkeep"

    def __str__(self) -> str:
        return f"upkeep {self.walk}"


async def exclusively(leases: Leases, name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work for as long as no other process does; it never ends by itself."""
    while True:
        with suppress(S1ecsError):
            upkeep = Upkeep(name)
            async with leases.held([upkeep]) as lease, while_held(lease, str(upkeep)):
                await work()
        await asyncio.sleep(_TRIED_EVERY)
