"""The consoles that a state belongs to: the identity behind each name. A Protocol."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


@dataclass(frozen=True)
class KnownConsole:
    """A console of the state.

    `born` is the name under which its state began, which search servers know its entities by. `address` None: what is
    behind the name is learned at the next contact. `moving` is the name that some of its documents still have.
    """

    name: str
    born: str
    address: str | None = None
    ids: frozenset[str] = field(default=frozenset())
    scope: str = ""
    moving: str | None = None


class ConsoleNames(NamedTuple):
    """The consoles of a state at one moment: those it knows, and the names under which something was collected."""

    known: Sequence[KnownConsole]
    collected: frozenset[str]


class Consoles(Protocol):
    """The consoles that a state belongs to."""

    async def names(self) -> ConsoleNames:
        """Return the consoles that the state knows, and those that were collected."""

    async def save(self, console: KnownConsole) -> None:
        """Save the identity of a console."""

    async def walks_of(self, name: str) -> Sequence[tuple[str, str]]:
        """Return the walks of a console that have a checkpoint: (stream, walk)."""

    async def rename(self, old: KnownConsole, name: str) -> KnownConsole:
        """Move the state of a console to another name in one commit; its documents in the store are moved afterwards.

        Until they are, the console that is returned has the old name as `moving`.
        """

    async def move_documents(self, old: str, name: str) -> int:
        """Give some of the documents of the store the console's new name; return how many there were."""
