"""Long work on the event loop, divided into slices so that other tasks get their turn."""

import asyncio
import time
from collections.abc import Callable, Generator
from typing import TypeVar

T = TypeVar("T")

# Seconds after which work gives way. What can't be cut, such as the mapping of one record, comes on top.
_LONGEST = 0.01


class Slices:
    """The slices of one piece of work; `clock` gives steady seconds."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._since = clock()

    def is_over(self) -> bool:
        """Tell whether this task has run for long, so that it is to give way; for loops whose turns are short."""
        return self._clock() - self._since >= _LONGEST

    async def give_way(self) -> None:
        """Yield to other tasks if this one has run for long; call it wherever the work can be divided."""
        if self.is_over():
            await asyncio.sleep(0)
            self._since = self._clock()


async def in_slices(work: Generator[None, None, T], clock: Callable[[], float] = time.perf_counter) -> T:
    """Return what `work` returns; it yields wherever it can be cut."""
    slices = Slices(clock)
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result
        if slices.is_over():
            await slices.give_way()


def at_once(work: Generator[None, None, T]) -> T:
    """Return what `work` returns, where nothing else waits."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result
