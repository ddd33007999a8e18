"""Transactional ids: each held by one process. The next one that uses it ends what was left open under it.

On one machine the next process takes the id that is free; of many workers, each has its own, and whoever takes over a
feed of another uses that one's id once.
"""

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
    """The ids of one output of one state, by its leases; without a state, an id that nobody uses again.

    `worker` is the id of this process among the workers that share a state.
    """

    output: str
    state: str = ""
    leases: Leases | None = None
    worker: str = ""

    def of(self, worker: str) -> str:
        """Return the id of a worker."""
        return f"s1ecs-{self.state}-{self.output}-{worker}"

    @asynccontextmanager
    async def held(self) -> AsyncIterator[str]:
        """Hold the id of this worker, or the first that no other process holds."""
        if self.worker:
            yield self.of(self.worker)
            return
        if self.leases is None:
            yield f"s1ecs-{uuid.uuid4()}-{self.output}"
            return
        for number in count():
            async with AsyncExitStack() as stack:
                try:
                    await stack.enter_async_context(self.leases.held([_Writer("", f"writer {number}", self.output)]))
                except WalkTaken:
                    continue
                yield self.of(str(number))
                return
