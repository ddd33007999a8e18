"""Work that is done once for all who ask for it before it begins."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass
class _Round(Generic[Item, Result]):
    """One time that the work is done; `waiting` are those who want its result still."""

    items: list[Item] = field(default_factory=list)
    waiting: int = 0
    task: "asyncio.Task[Result] | None" = None


class JointWork(Generic[Item, Result]):
    """Work by key: one round after the other for each key, and `most` rounds at a time in all.

    Who asks while a round is at work gets the next one, together with all others who do: it begins after they asked.
    """

    def __init__(self, work: Callable[[str, Sequence[Item]], Awaitable[Result]], most: int) -> None:
        self._work = work
        self._free = asyncio.Semaphore(most)
        # By key: the round that has not begun, and the last one.
        self._coming: dict[str, _Round[Item, Result]] = {}
        self._last: dict[str, asyncio.Task[Result]] = {}

    async def join(self, key: str, item: Item) -> Result:
        """Have the work done for an item; it is given up once nobody waits for it any more."""
        mine = self._coming.get(key)
        if mine is None:
            mine = self._coming[key] = _Round()
            mine.task = asyncio.create_task(self._done(key, mine, self._last.get(key)))
            self._last[key] = mine.task
            mine.task.add_done_callback(partial(self._forget, key))
        assert mine.task is not None
        mine.items.append(item)
        mine.waiting += 1
        try:
            return await asyncio.shield(mine.task)
        finally:
            mine.waiting -= 1
            if not mine.waiting:
                self._begin(key, mine)
                mine.task.cancel()

    async def _done(self, key: str, mine: _Round[Item, Result], before: "asyncio.Task[Result] | None") -> Result:
        if before is not None:
            await asyncio.wait({before})
        async with self._free:
            self._begin(key, mine)
            return await self._work(key, mine.items)

    def _begin(self, key: str, mine: _Round[Item, Result]) -> None:
        """Close the round: nobody joins it any more."""
        if self._coming.get(key) is mine:
            del self._coming[key]

    def _forget(self, key: str, task: "asyncio.Task[Result]") -> None:
        if self._last.get(key) is task:
            del self._last[key]
        if not task.cancelled():
            # Nobody may be left to see its error.
            task.exception()
