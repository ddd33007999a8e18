"""What every command has that collects: a log on standard error, and a clean end when it is told to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from types import FrameType
from typing import Any

import structlog

from s1ecs import logs
from s1ecs.settings import Settings

# How long the page in hand may take after a signal before it is given up; it is then read again at the next start.
_LAST_PAGE_SECONDS = 5.0
# Whatever then still holds the process (a name service or a disk that does not answer, another process's lock on the
# state) is left where it is: what was committed stays, as after any kill.
_AT_THE_LATEST_SECONDS = 9.0


def start_log(settings: Settings) -> structlog.stdlib.BoundLogger:
    """The log as the settings want it."""
    logs.configure(settings.log_format, settings.log_level, sys.stderr)
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger


async def until_signal(work: Coroutine[Any, Any, None], stop: asyncio.Event, log: structlog.stdlib.BoundLogger) -> bool:
    """Do the work; at SIGINT or SIGTERM set `stop` and give it some seconds to end. Whether it came to its own end."""
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        log.info("stopping after the page in hand")
        if not stop.is_set():
            signal.setitimer(signal.ITIMER_REAL, _AT_THE_LATEST_SECONDS)
        stop.set()

    def too_late(_number: int, _frame: FrameType | None) -> None:
        log.warning("something does not let go; ended without it, nothing that was committed is lost")
        os._exit(1)

    signal.signal(signal.SIGALRM, too_late)

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
    try:
        await task
    except asyncio.CancelledError:
        return False
    return True
