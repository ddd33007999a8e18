"""An event loop whose time jumps to the next timer as soon as nothing else can happen: hours pass in seconds.

Sockets and threads are real, and take no time.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

# Bytes that were sent are at the other end of a loopback connection within this time.
_ON_THE_WAY_SECONDS = 0.0003
_LOOK_AGAIN_SECONDS = 0.05
# Time that stood quite still would wake a timer that came a rounding too early again and again.
_A_ROUND_SECONDS = 1e-6


class _Selector(selectors.DefaultSelector):
    """Waits for sockets; where the loop would only wait for a timer, time is put forward instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.working = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += _A_ROUND_SECONDS
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None or self.working:
            return super().select(_LOOK_AGAIN_SECONDS)
        ready = super().select(_ON_THE_WAY_SECONDS)
        if not ready:
            self.now += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """The loop; `time` begins at 0 and hardly moves while anything happens."""

    def __init__(self) -> None:
        self._jumping = _Selector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds since the loop was made, by its own time."""
        return self._jumping.now

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> "asyncio.Future[T]":  # type: ignore[override]
        """Run in a thread; time stands still until it is done."""
        self._jumping.working += 1
        future: asyncio.Future[T] = super().run_in_executor(executor, func, *args)

        def done(_: "asyncio.Future[T]") -> None:
            self._jumping.working -= 1

        future.add_done_callback(done)
        return future


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do the work in a loop of its own whose time jumps."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(work)
