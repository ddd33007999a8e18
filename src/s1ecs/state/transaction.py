"""An open commit of the state, opaque to everything above the rooms that store something in it."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Transaction(Protocol):
    """One commit of the state while it is open.

    Whatever shares the commit (the store, the spool, file marks) is handed one and passes it on to a module of the
    state's own kind, such as `state.sqlite`, which alone knows what it is.
    """


Write = Callable[[Transaction], None]


class StateAccess(Protocol):
    """Work on the state's thread, for what blocks there."""

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Do `work` in a transaction of its own: all of it is durable afterwards, or, if it raised, none."""

    async def run_blocking(self, work: Callable[[], T]) -> T:
        """Do `work` outside of any transaction: it blocks, but concerns other files."""
