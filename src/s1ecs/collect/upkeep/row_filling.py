"""Rows of the store beside collecting: those of older documents are filled in, as far as the store may grow."""

import asyncio
from contextlib import suppress
from typing import Protocol

import structlog

from s1ecs.errors import S1ecsError
from s1ecs.log_once import LogOnce
from s1ecs.outputs.store.row_filling import FilledRows

# As long as a step takes, so that at least half of the time is for collecting.
_PAUSE_SECONDS = 0.02
# The store may be replaced by an older backup, or be rebuilt by another process.
_LOOK_AGAIN_SECONDS = 60.0


class FillableRows(Protocol):
    """Rows of a store, filled in by steps of some hundredths of a second. Every method raises StateError."""

    async def remaining(self) -> int:
        """Return the number of documents that have no row yet."""

    async def step(self) -> FilledRows:
        """Fill in some rows, or remove what is outdated."""

    async def has_room(self) -> bool:
        """Tell whether the store may grow without losing documents to its retention."""


async def fill_rows(rows: FillableRows, stop: asyncio.Event, log: structlog.stdlib.BoundLogger) -> None:
    """Fill in rows until `stop` is set, as soon as documents have none; problems are logged, never raised."""
    logged = LogOnce()
    while not stop.is_set():
        try:
            await _fill(rows, stop, log, logged)
        except S1ecsError as error:
            log.warning(f"preparing older documents for fast queries failed, retrying in a minute: {error}")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _LOOK_AGAIN_SECONDS)


async def _fill(rows: FillableRows, stop: asyncio.Event, log: structlog.stdlib.BoundLogger, logged: LogOnce) -> None:
    left = await rows.remaining()
    if left and not await rows.has_room():
        if logged.changed("rows", "room"):
            log.warning(
                f"{left} older documents are not prepared for fast queries: the store is near keep_size, and retention "
                "would remove documents for it; queries over them stay slow; to prepare them, increase keep_size"
            )
        return
    if left:
        log.info(
            f"preparing {left} older documents for fast queries, the newest first; queries are slower until then",
            documents=left,
        )
    filled = FilledRows(0, more=True)
    while filled.more and not stop.is_set() and await rows.has_room():
        filled = await rows.step()
        await asyncio.sleep(_PAUSE_SECONDS)
    if left and not filled.more:
        log.info("all older documents are prepared for fast queries")
