"""Transactional ids: each held by one process, and used again by the next, which so ends what it left open."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from s1ecs.errors import WalkTaken
from s1ecs.state.leases import Leases


class _Writer(NamedTuple):
    """The lock of a process that writes with a transactional id."""

    console: str
    stream: str
    walk: str

    def __str__(self) -> str:
        return f"{self.walk}: {self.stream}"


@dataclass(frozen=True)
class TransactionalIds:
    """The ids of one output of one state, by its leases; without a state, an id that nobody uses again."""

    output: str
    state: str = ""
    leases: Leases | None = None

    @asynccontextmanager
    async def held(self) -> AsyncIterator[str]:
        """Hold the first id that no other process holds."""
        if self.leases is None:
            yield f"s1ecs-{uuid.uuid4()}-{self.output}"
            return
        for number in count():
            async with AsyncExitStack() as stack:
                try:
                    await stack.enter_async_context(self.leases.held([_Writer("", f"writer {number}", self.output)]))
                except WalkTaken:
                    continue
                yield f"s1ecs-{self.state}-{self.output}-{number}"
                return
