"""Notes of unfinished files, by which the next start removes what a killed process leaves."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

# Holds a note of a file or folder while the context lasts.
Noted = Callable[[Path], AbstractContextManager[None]]


def not_noted(_path: Path) -> AbstractContextManager[None]:
    """Note it nowhere."""
    return nullcontext()
