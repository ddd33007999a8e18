"""Parts of `collect` and `run`: what is told before the first poll, and the upkeep of the store."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from s1ecs.bootstrap.row_filling import StoreRows
from s1ecs.bootstrap.typed_views import columns_of
from s1ecs.collect.delivery.new_outputs import say_new_outputs
from s1ecs.collect.feed import Feed
from s1ecs.collect.upkeep.archiving import StoreArchiving, archive_rule
from s1ecs.collect.upkeep.retention import StoreRetention, keep_of
from s1ecs.collect.upkeep.row_filling import fill_rows
from s1ecs.settings import Settings
from s1ecs.state.state import State
from s1ecs.streams import STREAMS


def warn_without_places(settings: Settings, names: Sequence[str], log: structlog.stdlib.BoundLogger) -> None:
    """Log once that documents will not tell where addresses lie, if any stream could."""
    chosen = names or {name for console in settings.require_consoles() for name in settings.enabled(console)}
    rows = (row for name in chosen for row in STREAMS[name].table.rows)
    if settings.geoip is None and any(row.kind == "geo" for row in rows):
        log.info("no GeoIP database: documents have no host.geo; set 'geoip' to a MaxMind City database file")


async def say_outputs_without_history(feeds: Sequence[Feed], log: structlog.stdlib.BoundLogger) -> None:
    """Log once which outputs were added later, with what they lack."""
    for feed in feeds[:1]:
        await say_new_outputs(feed.state.outputs, [output.name for output in feed.outputs], log)


def archiving_of(settings: Settings, state: State, log: structlog.stdlib.BoundLogger) -> StoreArchiving | None:
    """Make the archiving of the store by the settings; None if they have no archive."""
    rule = archive_rule(settings)
    if rule is None:
        return None
    from s1ecs.collect.upkeep.archive import Archive
    from s1ecs.outputs.parquet.columns import TypedColumn

    def columns(stream: str) -> Sequence[TypedColumn]:
        return [TypedColumn(*column) for column in columns_of(stream)]

    archive = Archive(rule.folder, state, settings.state_dir, columns, time.monotonic)
    return StoreArchiving(archive, rule.after, lambda: datetime.now(UTC), log)


def retention_of(settings: Settings, log: structlog.stdlib.BoundLogger) -> StoreRetention:
    """Make the retention of the store by the settings."""
    return StoreRetention(keep_of(settings), now=lambda: datetime.now(UTC), clock=time.monotonic, log=log)


async def fill_rows_of(
    settings: Settings, feeds: Sequence[Feed], stop: asyncio.Event, log: structlog.stdlib.BoundLogger
) -> None:
    """Fill in the rows of the store of the feeds' state."""
    if settings.state is not None:
        return
    for feed in feeds[:1]:
        await fill_rows(StoreRows(feed.state, time.monotonic, keep_of(settings).size), stop, log)
