"""Log on standard error and clean shutdown of every command that collects."""

import asyncio
import atexit
import os
import signal
from collections.abc import Coroutine
from types import FrameType
from typing import Any

import structlog

from s1ecs import logs
from s1ecs.commands.terminal.writer import ERR
from s1ecs.settings import Settings
from s1ecs.tasks import meanwhile

# How long the page in hand may take after a signal before it is given up; it is then read again at the next start.
_LAST_PAGE_SECONDS = 5.0
# Whatever then still holds the process (a name service or a disk that does not answer, another process's lock on the
# state) is left where it is: what was committed stays, as after any kill.
_BEHIND_SECONDS = 4.0


def start_log(settings: Settings) -> structlog.stdlib.BoundLogger:
    """The log as the settings want it."""
    logs.configure(settings.log_format, settings.log_level)
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger


async def until_signal(
    work: Coroutine[Any, Any, None],
    stop: asyncio.Event,
    log: structlog.stdlib.BoundLogger,
    patience: float = _LAST_PAGE_SECONDS,
) -> bool:
    """Do the work; at SIGINT or SIGTERM set `stop` and give it some seconds to end. Whether it came to its own end."""
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        log.info("stopping: finishing the current page")
        if not stop.is_set():
            signal.setitimer(signal.ITIMER_REAL, patience + _BEHIND_SECONDS)
            # Once all threads have ended nothing holds the process. Python removes its handlers before its last steps:
            # there a late SIGALRM would kill it, and its exit status would be lost.
            atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)
        stop.set()

    def too_late(_number: int, _frame: FrameType | None) -> None:
        log.warning("shutdown timed out and was forced; committed data is not affected")
        ERR.show_cursor()
        os._exit(1)

    signal.signal(signal.SIGALRM, too_late)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    limit = asyncio.timeout(None)

    async def end_after_stop() -> None:
        await stop.wait()
        await asyncio.sleep(patience)
        log.warning("the current page did not arrive in time; it will be read again at the next start")
        limit.reschedule(loop.time())

    try:
        async with limit, meanwhile([end_after_stop()]):
            await work
    except TimeoutError:
        if not limit.expired():
            raise
        return False
    return True
