"""An async generator run ahead of its reader, by a task of its own and within bounds."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypeVar

T = TypeVar("T")


class _End(NamedTuple):
    error: Exception | None


class Prefetch(Generic[T]):
    """Iterates over what the generator yields while it works on the next: `size` results wait or are in the making.

    An exception of the generator's is raised where it would have come. An async context manager, or closed by `close`.
    """

    def __init__(self, generator: AsyncGenerator[T, None], size: int = 1) -> None:
        self._queue: asyncio.Queue[T | _End] = asyncio.Queue()
        self._free = asyncio.Semaphore(size)
        self._task = asyncio.create_task(self._fill(generator))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[T]:
        while not isinstance(each := await self._queue.get(), _End):
            self._free.release()
            yield each
        if each.error is not None:
            raise each.error

    async def close(self) -> None:
        """End the generator where it is."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _fill(self, generator: AsyncGenerator[T, None]) -> None:
        end = _End(None)
        try:
            async with aclosing(generator):
                await self._free.acquire()
                async for each in generator:
                    self._queue.put_nowait(each)
                    await self._free.acquire()
        except Exception as error:  # noqa: BLE001 - it is raised again where the reader gets to it
            end = _End(error)
        self._queue.put_nowait(end)
