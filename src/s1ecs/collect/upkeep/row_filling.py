"""Rows for the documents of an earlier store, filled in beside collecting."""

import asyncio
from contextlib import suppress
from typing import Protocol

import structlog

from s1ecs.errors import S1ecsError
from s1ecs.outputs.store.row_filling import FilledRows

# As long as a step takes, so that at least half of the time is for collecting.
_PAUSE_SECONDS = 0.02
_AGAIN_SECONDS = 60.0


class FillableRows(Protocol):
    """Rows of a store, filled in by steps of some hundredths of a second. Both methods raise StateError."""

    async def remaining(self) -> int:
        """Return about how many documents have no row yet."""

    async def step(self) -> FilledRows:
        """Fill in some rows."""


async def fill_rows(rows: FillableRows, stop: asyncio.Event, log: structlog.stdlib.BoundLogger) -> None:
    """Fill in rows until every document has one, or until `stop` is set; problems are logged, never raised."""
    filled = False
    while not filled and not stop.is_set():
        try:
            filled = await _fill(rows, stop, log)
        except S1ecsError as error:
            log.warning(f"older documents wait for their rows: {error}")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _AGAIN_SECONDS)


async def _fill(rows: FillableRows, stop: asyncio.Event, log: structlog.stdlib.BoundLogger) -> bool:
    left = await rows.remaining()
    if not left:
        return True
    log.info(
        f"preparing {left} older documents for fast queries, the newest first; queries are slower until then",
        documents=left,
    )
    filled = FilledRows(0, more=True)
    while filled.more and not stop.is_set():
        filled = await rows.step()
        await asyncio.sleep(_PAUSE_SECONDS)
    if not filled.more:
        log.info("all older documents are prepared for fast queries")
    return not filled.more
