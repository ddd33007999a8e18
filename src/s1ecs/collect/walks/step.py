"""A step: some records, and the position behind them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from s1ecs.records import Record

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """Records that are delivered together, and where the walk goes on once they are.

    `times` are the records' own times, one each, as text; `fetched` is when their page arrived, `total` how many
    records the console says there are in all, None where it does not say; `notes` are entries of the answer's
    `errors` that said something beside the data.
    """

    records: Sequence[Record]
    times: Sequence[str]
    position: Mapping[str, Any]
    fetched: datetime
    total: int | None = None
    notes: Sequence[Any] = ()


async def ahead(steps: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The same steps, each fetched while the one before it is worked on: one ahead, never more."""

    async def following() -> T | None:
        return await anext(steps, None)

    async with aclosing(steps):
        upcoming = asyncio.create_task(following())
        try:
            while (step := await upcoming) is not None:
                upcoming = asyncio.create_task(following())
                yield step
        finally:
            upcoming.cancel()
            await asyncio.gather(upcoming, return_exceptions=True)
