"""How long the event loop is held up: the longest run of one callback, in CPU time of its thread."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import thread_time
from typing import Any


@dataclass
class Longest:
    """The longest run so far, in seconds, and what ran."""

    seconds: float = 0.0
    what: str = ""


@contextmanager
def watched() -> Iterator[Longest]:
    """Measure every callback of every event loop; the garbage collector, whose runs depend on all else, rests."""
    longest = Longest()
    watching = True
    run = asyncio.Handle._run  # noqa: SLF001 - the one place that all callbacks pass

    def measured(handle: Any) -> None:
        began = thread_time()
        run(handle)
        took = thread_time() - began
        if watching and took > longest.seconds:
            longest.seconds, longest.what = took, repr(handle)

    gc.collect()
    gc.disable()
    asyncio.Handle._run = measured  # type: ignore[method-assign, assignment] # noqa: SLF001
    try:
        yield longest
    finally:
        # The callback in which this ends goes on, and has the collector's whole work to do.
        watching = False
        asyncio.Handle._run = run  # type: ignore[method-assign] # noqa: SLF001
        gc.enable()
