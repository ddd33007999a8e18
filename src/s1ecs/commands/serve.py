"""`s1ecs serve`: the page over the local store, until told to end."""

import asyncio
import os
import signal
from types import FrameType

from s1ecs.commands.extras import require_extras_to_serve
from s1ecs.commands.signals import start_log
from s1ecs.commands.terminal.writer import OUT
from s1ecs.extras import importing
from s1ecs.settings import Settings

# A question to a large store may take longer; nothing is lost by leaving it.
_AT_THE_LATEST_SECONDS = 5.0


def serve(settings: Settings) -> int:
    """Serve the page until SIGINT or SIGTERM; print its address with the login link first."""
    require_extras_to_serve(settings)
    start_log(settings)
    asyncio.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    with importing("web"):
        from s1ecs.web.serving.page_server import served_page

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        signal.setitimer(signal.ITIMER_REAL, _AT_THE_LATEST_SECONDS)
        stop.set()

    signal.signal(signal.SIGALRM, _leave)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    async with served_page(settings) as link:
        OUT.write(f"{link}\n")
        OUT.flush()
        await stop.wait()


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End the process although a thread still reads: it changes nothing."""
    os._exit(0)
