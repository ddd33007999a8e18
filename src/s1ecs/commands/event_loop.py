"""The event loop of collecting: a name service that hangs for one console holds up no other console."""

import asyncio
import gc
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")

# Pages of records and their documents hold no circles, but tens of thousands of objects: with Python's own thresholds
# the search for circles takes a third of the time of collecting.
_GARBAGE_THRESHOLDS = (20_000, 20, 100)
# Look-ups of outputs and proxies beside those of consoles.
_BESIDE = 32


class Loop(asyncio.SelectorEventLoop):
    """Asks the name service once at a time for each name, whoever waits for it: a look-up can't be cancelled.

    So a name whose look-up hangs takes one thread of those that are there, however often it is tried meanwhile.
    """

    def __init__(self, consoles: int) -> None:
        super().__init__()
        self.set_default_executor(ThreadPoolExecutor(consoles + _BESIDE, thread_name_prefix="look-up"))
        self._asked: dict[tuple[Any, ...], asyncio.Task[list[Any]]] = {}

    async def getaddrinfo(self, host: Any, port: Any, **options: int) -> list[Any]:
        """Look up a name, once for all who wait for it."""
        key = (host, port, *sorted(options.items()))
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = self.create_task(super().getaddrinfo(host, port, **options))
            task.add_done_callback(partial(self._answered, key))
        return await asyncio.shield(task)

    def _answered(self, key: tuple[Any, ...], task: asyncio.Task[list[Any]]) -> None:
        self._asked.pop(key, None)
        # Where nobody waits for it any more, its error is nobody's.
        if not task.cancelled():
            task.exception()


def run_loop(work: Coroutine[Any, Any, T], consoles: int) -> T:
    """Do the work of a command that asks so many consoles; what it brought."""
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    with asyncio.Runner(loop_factory=partial(Loop, consoles)) as runner:
        return runner.run(work)
