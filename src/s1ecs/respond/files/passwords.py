"""A password of its own for each request that makes a zip."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")

LENGTH = 20
# Of the symbols that the console takes (@$!%*?&) those that no shell gives a meaning.
_CLASSES = ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "@%")


class Choose(Protocol):
    """Picks one of several, each as likely as the others; `secrets.choice` outside of tests."""

    def __call__(self, among: Sequence[T], /) -> T:
        """One of `among`."""


def new_password(choose: Choose) -> str:
    """A password of 20 letters, digits and symbols with each of the four classes in it, and no space.

    POST /agents/{id}/actions/fetch-files wants ten or more, POST /threats/fetch-file more than ten.
    """
    every = "".join(_CLASSES)
    drawn = [choose(every) for _ in range(LENGTH - len(_CLASSES))]
    for letters in _CLASSES:
        drawn.insert(choose(range(len(drawn) + 1)), choose(letters))
    return "".join(drawn)
