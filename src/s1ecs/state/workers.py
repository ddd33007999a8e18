"""Workers that share a state: their signs of life, and the request to end. A Protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# Seconds between two signs of life.
WORKER_BEAT = 3.0


@dataclass(frozen=True)
class WorkerRow:
    """A worker as operators see it; `silent` are the seconds since it reported, `running` the polls in progress."""

    id: str
    host: str
    pid: int
    version: str
    concurrency: int
    running: int = 0
    dispatcher: bool = False
    draining: bool = False
    silent: float = 0.0
    age: float = 0.0


class Workers(Protocol):
    """The workers of a state. Every method raises StateError if the state can't be used."""

    async def beat(self, worker: WorkerRow) -> bool:
        """Report; return whether the worker is asked to end. Rows of those that died long ago are removed."""

    async def leave(self, worker: str) -> None:
        """Remove a worker that ended."""

    async def drain(self, worker: str | None = None) -> int:
        """Ask all live workers, or one, to end; return how many were asked."""

    async def rows(self) -> Sequence[WorkerRow]:
        """Return all workers, those that died lately included, by host and process id."""

    async def concurrency(self) -> int:
        """Return the polls that all live workers together do at a time."""
