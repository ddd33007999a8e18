"""Queue of jobs, which any engine may carry: a job names the console whose due streams are to be polled. A Protocol.

The truth of what is due is the state's (`state/work.py`). A queue may lose a job or bring it twice: that costs time,
and changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

# Polls the due streams of a console; it raises nothing.
PollConsole = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class StalledJob:
    """A job whose worker stopped reporting; `succeeded`: the next job of its console is queued already."""

    number: int
    console: str
    succeeded: bool


class JobQueue(Protocol):
    """A queue. Every method raises StateError if it can't be used now."""

    async def defer(self, consoles: Sequence[str]) -> None:
        """Queue a job for each of these consoles that has none in the queue."""

    async def waiting(self) -> frozenset[str]:
        """Return the consoles whose jobs no worker has taken yet."""

    async def run(self, poll: PollConsole, concurrency: int, stop: asyncio.Event) -> None:
        """Take jobs and do so many at a time, until `stop`; those that were taken end first."""

    async def stalled(self, seconds: float) -> Sequence[StalledJob]:
        """Return the jobs that were taken by workers that have not reported for so long."""

    async def fail(self, job: StalledJob) -> None:
        """End a stalled job."""

    async def retry(self, job: StalledJob) -> None:
        """Put a stalled job back into the queue; where its console has one there meanwhile, end it."""
