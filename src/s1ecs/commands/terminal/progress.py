"""Progress bars on standard error, where that is a terminal: one a stream, each with the time that is left."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from s1ecs.commands.summary import duration
from s1ecs.commands.terminal.writer import ERR, cell

if TYPE_CHECKING:
    from rich.progress import Task, TaskID


class Bars(Protocol):
    """Bars by name."""

    def show(self, name: str, completed: float, total: float | None, description: str) -> None:
        """Show how far the work of that name is, how far it goes (None: not known), and the text before the bar."""

    def end(self, name: str) -> None:
        """Remove the bar: its work is done, and a line about it is in the log."""


class _NoBars:
    def show(self, name: str, completed: float, total: float | None, description: str) -> None:
        """Show nothing."""

    def end(self, name: str) -> None:
        """Show nothing."""


class _TerminalBars:
    def __init__(self, progress: Any) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, name: str, completed: float, total: float | None, description: str) -> None:
        """Show the bar, which is begun at its first call."""
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(cell(name), total=total)
        # A walk may bring more than the console counted when it began.
        most = None if total is None else max(total, completed)
        self._progress.update(self._tasks[name], completed=completed, total=most, description=cell(description))

    def end(self, name: str) -> None:
        """Remove the bar."""
        if name in self._tasks:
            self._progress.remove_task(self._tasks.pop(name))


@contextlib.contextmanager
def bars(log_level: str = "info", *, counted: bool = False) -> Iterator[Bars]:
    """A bar for each name, `counted` with its numbers.

    Nothing is shown where standard error is no terminal, or where only errors are logged (`--quiet`).
    """
    if not ERR.is_terminal or log_level in {"error", "critical"}:
        yield _NoBars()
        return
    with ERR.progress(*_columns(counted=counted)) as progress:
        yield _TerminalBars(progress)


def _columns(*, counted: bool) -> list[Any]:
    from rich.progress import BarColumn, ProgressColumn, SpinnerColumn, TextColumn
    from rich.table import Column
    from rich.text import Text

    class Numbers(ProgressColumn):
        def render(self, task: "Task") -> Text:
            return Text(_numbers(task))

    class Left(ProgressColumn):
        # The estimate is made anew so seldom that it can be read.
        max_refresh = 0.5

        def render(self, task: "Task") -> Text:
            return Text(_left(task), justify="right")

    described = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis"))
    bar = BarColumn(bar_width=max(8, min(40, ERR.width // 4)))
    return [SpinnerColumn("line"), described, bar, *((Numbers(),) if counted else ()), Left()]


def _numbers(task: "Task") -> str:
    of = "" if task.total is None else f"/{int(task.total):,}"
    return f"{int(task.completed):,}{of}"


def _left(task: "Task") -> str:
    """The time that is left, or without a total the time that has passed."""
    if task.total is None or task.time_remaining is None:
        return duration(task.elapsed or 0.0, tenths=False)
    return f"{duration(task.time_remaining, tenths=False)} left"
