"""A limit to what an output may take for one thing."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from s1ecs.errors import OutputError

T = TypeVar("T")


class DeadlineExceeded(OutputError):
    """An output did not end in time and was given up; whether it did what it was asked to, nobody knows."""


async def in_time(seconds: float, work: Awaitable[T]) -> T:
    """Return the result of the work; cancel it and raise DeadlineExceeded after so many seconds."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await work
    except TimeoutError:
        if limit.expired():
            raise DeadlineExceeded(f"timed out after {seconds:g} seconds") from None
        raise
