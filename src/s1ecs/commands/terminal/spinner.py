"""A spinner on standard error while a command waits, where that is a terminal."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from s1ecs.commands.terminal.writer import ERR


@contextlib.contextmanager
def waiting(what: str) -> Iterator[Callable[[str], None]]:
    """Show a spinner; what is given says how far the action is. Nothing is shown where there is no terminal."""
    if not ERR.is_terminal:
        yield lambda _: None
        return
    with ERR.spinner(what) as show:
        yield lambda note: show(f"{what}: {note}" if note else what)


@contextlib.contextmanager
def waiting_if_slow(what: str, after: float = 1.0) -> Iterator[None]:
    """Show a spinner around work that blocks, once it takes longer than `after` seconds."""
    if not ERR.is_terminal:
        yield
        return
    shown = contextlib.ExitStack()
    timer = threading.Timer(after, lambda: shown.enter_context(ERR.spinner(what)))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        # One that fires just now has begun to draw; what it drew goes before the result is printed.
        timer.join()
        shown.close()
