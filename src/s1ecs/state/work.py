"""Work of many workers: when each stream of each console is due, and who polls it. A Protocol.

All times are by the state's own clock, so that the clocks of workers do not matter. Every method raises StateError if
the state can't be used.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from s1ecs.state.status import Key

# A worker that has not reported for so many seconds counts as dead.
DEAD_AFTER = 15.0


class Begun(NamedTuple):
    """A poll that a worker begins.

    `failures` counts the failed polls in a row before it. `unsettled` are workers, perhaps this one, whose polls of the
    stream began and never ended: they may have delivered documents that no commit tells of, and may be about to. An
    empty name stands for those whose polls ended, but not well: they deliver no more. `first`: no poll has ended yet.
    """

    failures: int = 0
    unsettled: tuple[str, ...] = ()
    first: bool = False


@dataclass(frozen=True)
class Ended:
    """The end of a poll: due again in `seconds`; `reason` is that of a failure, empty without one.

    `settled`: all that was delivered is committed.
    """

    seconds: float
    reason: str = ""
    settled: bool = True


@dataclass(frozen=True)
class WorkRow:
    """A stream of a console as operators see it.

    `lag` are the seconds since it became due, 0 before that; `queued` and `polling` those since it was queued and since
    `worker` began to poll it, None while it is not.
    """

    console: str
    stream: str
    enabled: bool
    lag: float
    queued: float | None
    polling: float | None
    worker: str
    failures: int
    reason: str


class Work(Protocol):
    """The streams of all consoles, by when they are due."""

    async def want(self, keys: Collection[Key]) -> None:
        """Have exactly these polled: new ones are due at once, those that are left out wait until they are wanted."""

    async def claim(self, consoles: int) -> Sequence[str]:
        """Mark what is due, and not queued, of so many consoles as queued, the longest due first; return the consoles.

        No two callers get the same.
        """

    async def release(self, queued: Collection[str], seconds: float) -> Sequence[str]:
        """Give up what was claimed so long ago, is in no queue and is polled by no live worker; return its consoles.

        `queued` are the consoles that are in a queue. What a dead worker polled is given up once its lease is over.
        """

    async def due(self, console: str) -> Sequence[str]:
        """Return the streams of a console that are due, that nobody polls and that no dead worker has the lease of."""

    async def begin(self, key: Key, worker: str) -> Begun | None:
        """Begin a poll, whose lease the worker holds; None if it is not due any more."""

    async def end(self, key: Key, worker: str, ended: Ended) -> bool:
        """End the poll of this worker; False, and nothing happens, if it was given up or another has begun one."""

    async def put_off(self, key: Key, seconds: float) -> None:
        """Have a stream that could not be begun, since another process has its lease, tried again later."""

    async def keep(self, worker: str, keys: Collection[Key]) -> None:
        """Give up what a live worker polls no longer, although no end of it was saved: it polls only these."""

    async def disown(self, worker: str, keys: Collection[Key]) -> None:
        """Save that all polls of these by this worker are over, though no end was saved: it delivers no more of them.

        It must begin none of them before this has returned.
        """

    async def rows(self) -> Sequence[WorkRow]:
        """Return all rows by console and stream."""
