"""Progress of `s1ecs transform`: a bar of the bytes read, where documents go elsewhere than to the terminal."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from s1ecs.commands.terminal.progress import Bars, bars
from s1ecs.commands.terminal.writer import ERR, OUT

_NAME = "transform"
# A bar that is drawn for each line would take longer than the work.
_STEP_BYTES = 1_000_000


def is_watched(files: Sequence[str]) -> bool:
    """Tell whether somebody at a terminal waits for files to be read, and the documents go elsewhere."""
    return bool(files) and ERR.is_terminal and not OUT.is_terminal


@contextlib.contextmanager
def with_bar(lines: Iterable[bytes], files: Sequence[str], *, log_level: str) -> Iterator[Iterable[bytes]]:
    """Show how much of the files was read while their lines are taken."""
    if not is_watched(files):
        yield lines
        return
    with bars(log_level) as shown:
        yield _counted(lines, _size(files), shown)


def _counted(lines: Iterable[bytes], total: float | None, shown: Bars) -> Iterator[bytes]:
    read = told = 0
    for line in lines:
        read += len(line)
        if read - told >= _STEP_BYTES:
            shown.show(_NAME, read, total, _NAME)
            told = read
        yield line
    shown.end(_NAME)


def _size(files: Sequence[str]) -> float | None:
    """Return the bytes of files; None where one is a pipe or missing, which is told when it is read."""
    try:
        return sum(Path(name).stat().st_size for name in files) or None
    except OSError:
        return None
