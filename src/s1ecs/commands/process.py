"""What every command has that collects: a log on standard error, and a clean end when it is told to stop."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import structlog

from s1ecs import logs
from s1ecs.settings import Settings

# How long the page in hand may take after a signal before it is given up; it is then read again at the next start.
_LAST_PAGE_SECONDS = 8.0


def start_log(settings: Settings) -> structlog.stdlib.BoundLogger:
    """The log as the settings want it."""
    logs.configure(settings.log_format, settings.log_level, sys.stderr)
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger


async def until_signal(work: Coroutine[Any, Any, None], stop: asyncio.Event, log: structlog.stdlib.BoundLogger) -> None:
    """Do the work; at SIGINT or SIGTERM set `stop` and give it some seconds to end."""
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        log.info("stopping after the page in hand")
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    task = asyncio.create_task(work)
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not task.done():
        await asyncio.wait({task}, timeout=_LAST_PAGE_SECONDS)
        if task.cancel():
            log.warning("the page in hand did not come in time; it is read at the next start")
    with contextlib.suppress(asyncio.CancelledError):
        await task
