"""A spinner on standard error while the console is asked, where that is a terminal."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.markup import escape

from s1ecs.respond.one_line import one_line


@contextlib.contextmanager
def waiting(what: str) -> Iterator[Callable[[str], None]]:
    """Show a spinner; what is given says how far the action is. Nothing is shown where there is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(stderr=True).status(escape(one_line(what))) as spinner:
        yield lambda note: spinner.update(escape(one_line(f"{what}: {note}" if note else what)))
