"""Works side by side of which an error stops what is not being sent; requests in flight come to their responses."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from s1ecs.tasks import task_group

T = TypeVar("T")


class InFlight(Generic[T]):
    """Works of which so many send at one time.

    After the first error nothing more is begun, and what only waits or follows is cancelled: a request whose response
    nobody waits for would end as unknown.
    """

    def __init__(self, most: int) -> None:
        self._room = asyncio.Semaphore(most)
        self._tasks: list[asyncio.Task[T | None]] = []
        self._sending: set[asyncio.Task[object] | None] = set()
        self._error: Exception | None = None

    @property
    def failed(self) -> bool:
        """True once a work raised an error."""
        return self._error is not None

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Hold one of the places for sending; inside no error of another work cancels this one."""
        async with self._room:
            task = asyncio.current_task()
            self._sending.add(task)
            try:
                yield
            finally:
                self._sending.discard(task)

    async def results(self, works: Iterable[Coroutine[object, object, T]]) -> list[T]:
        """The results of all works in order; the first error is raised once nothing is in flight any more."""
        begun = list(works)
        async with task_group() as group:
            self._tasks = [group.create_task(self._kept(work)) for work in begun]
            if self._tasks:
                await asyncio.wait(self._tasks)
        for work in begun:
            # One that was cancelled before its first step would warn of it.
            work.close()
        if self._error is not None:
            raise self._error
        return [result for task in self._tasks if (result := task.result()) is not None]

    async def _kept(self, work: Coroutine[object, object, T]) -> T | None:
        try:
            return await work
        except Exception as error:  # noqa: BLE001 - raised again at the end
            if self._error is None:
                self._error = error
                for task in self._tasks:
                    if task not in self._sending and task is not asyncio.current_task():
                        task.cancel()
            return None
