"""The last thing to tell an open page; a page that reads slowly gets the newest only."""

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Room for one value; a newer one takes its place. Once closed it gives nothing more."""

    def __init__(self) -> None:
        self._value: T | None = None
        self._filled = asyncio.Event()
        self.closed = False

    def put(self, value: T) -> None:
        """Put a value in place of the one that was not taken yet."""
        self._value = value
        self._filled.set()

    def close(self) -> None:
        """End the waiting of whoever reads, at once."""
        self.closed = True
        self._filled.set()

    async def take(self, seconds: float) -> T | None:
        """Wait for a value, so many seconds at most; None where none came, or where it was closed."""
        try:
            async with asyncio.timeout(seconds):
                await self._filled.wait()
        except TimeoutError:
            return None
        if self.closed:
            return None
        self._filled.clear()
        value, self._value = self._value, None
        return value
