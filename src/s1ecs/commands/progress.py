"""Progress bars on standard error, where that is a terminal."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

# Shows a bar: its name, how far it is, how far it goes (None: not known), and what stands before it.
Show = Callable[[str, int, int | None, str], None]


@contextlib.contextmanager
def bars(*columns: ProgressColumn) -> Iterator[Show]:
    """A bar for each name, with further columns; nothing is shown where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    tasks: dict[str, TaskID] = {}
    around = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), *columns, TimeElapsedColumn())
    with Progress(*around, console=Console(stderr=True), transient=True) as progress:

        def show(name: str, completed: int, total: int | None, description: str) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=total)
            progress.update(tasks[name], completed=completed, description=description)

        yield show
