"""The question before an action, which a signal ends as it ends everything else."""

import asyncio
import sys


async def agreed() -> bool:
    """Ask on standard error whether to do it; whether the answer on standard input, a terminal, is yes."""
    sys.stderr.write("do it? [y/N] ")
    sys.stderr.flush()
    # A thread that reads could not be ended: the command would hang until Enter is pressed.
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
