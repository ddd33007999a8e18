"""How far each walk got, what it delivered lately, and what else a poll must remember: a Protocol."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol, TypeVar

Position = Mapping[str, Any]
Write = Callable[[sqlite3.Connection], None]
T = TypeVar("T")


# The console's clock is known to the second, and it may be set.
_SLACK = timedelta(minutes=1)


# The round of a thing that no whole walk was to see yet: whoever was only backfilled is never taken for gone.
NEVER_SEEN_WHOLE = -1

LIVE = "live"
REREAD = "reread"


class WalkName(NamedTuple):
    """What a checkpoint belongs to. `walk` is LIVE for the walk that follows what is new."""

    console: str
    stream: str
    walk: str

    def __str__(self) -> str:
        """As it stands in logs."""
        return f"{self.console} {self.stream}" if self.walk == LIVE else f"{self.console} {self.stream} {self.walk}"


@dataclass(frozen=True)
class Checkpoint:
    """A walk's position (empty before its first step) and when it is due again."""

    position: Position = field(default_factory=dict)
    next_due: datetime | None = None

    def seconds_until_due(self, now: datetime, interval: timedelta) -> float:
        """How long until the walk is due; 0 when it is, or when the saved time lies beyond the interval.

        Such a time comes from another setting or another clock.
        """
        wait = timedelta(0) if self.next_due is None else self.next_due - now
        if not timedelta(0) < wait <= interval + _SLACK:
            return 0.0
        return min(wait, interval).total_seconds()


@dataclass(frozen=True)
class Things:
    """Things of an inventory that were seen: (thing, id of its state), and in which round."""

    states: Sequence[tuple[str, str]]
    round: int


@dataclass(frozen=True)
class Advance:
    """What one commit saves: all of it or nothing.

    `unknown`: ids that nobody may have delivered meanwhile, `before`: states that things must still have (None: none).
    `seen`: (id, time) of what was delivered; `forget_before`: ids with an older time can't be read again. `backfilled`:
    (id, slice) that the walk remembers for itself, until `forget_slices` before a number. `next_due` None leaves the
    saved one; `writes` are the documents of outputs that lie in the same database. `things` are those of an inventory,
    `completed` is the round that ends with this commit; items that failed and were not tried since `listed_since` are
    listed no more. `done` are items that were read through: (item, version); `failed` those to be asked again: (item,
    its JSON, reason, when it was tried). `delivered` are the documents that it makes durable, at the time `now`;
    `refused` counts those of them that an output did not take and that lie among the dead letters.
    """

    position: Position
    unknown: frozenset[str] = frozenset()
    before: Mapping[str, str | None] = field(default_factory=dict)
    seen: Sequence[tuple[str, str]] = ()
    forget_before: str | None = None
    backfilled: Sequence[tuple[str, int]] = ()
    forget_slices: int | None = None
    next_due: datetime | None = None
    writes: Sequence[Write] = ()
    things: Things | None = None
    completed: int | None = None
    listed_since: str | None = None
    done: Sequence[tuple[str, str | None]] = ()
    failed: Sequence[tuple[str, str, str, str]] = ()
    delivered: int = 0
    refused: int = 0
    now: str = ""


@dataclass(frozen=True)
class PollNote:
    """How a poll of a stream ended: its state (ok, set aside, failed, stopped) and the reason; for `s1ecs streams`.

    `newest` is the greatest time that the walk has seen, None where it goes by none.
    """

    polled: str
    state: str
    reason: str
    newest: str | None


class Checkpoints(Protocol):
    """Where checkpoints are kept."""

    async def load(self, walk: WalkName) -> Checkpoint:
        """A walk's checkpoint; an empty one before the first commit."""

    async def commit(self, walk: WalkName, advance: Advance) -> None:
        """Save an advance in one transaction; raise DeliveredMeanwhile, and save nothing, where another process did."""

    async def known(self, walk: WalkName, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that this console's stream delivered already, by whichever walk."""

    async def states(self, walk: WalkName, things: Sequence[str]) -> Mapping[str, str]:
        """Of those of `things` that were seen: the id of the state that was delivered last."""

    async def completed(self, walk: WalkName) -> int:
        """The number of the stream's last round that was completed; 0 before the first."""

    async def unchanged(self, walk: WalkName, versions: Mapping[str, str]) -> frozenset[str]:
        """Those items (item -> version) that were read through in that version."""

    async def failed(self, walk: WalkName, limit: int, before: str) -> Sequence[str]:
        """Items whose calls failed before that time, as JSON, the longest untried first."""

    async def note(self, walk: WalkName, note: PollNote) -> None:
        """Save how a poll ended."""

    def held(self, walks: Sequence[WalkName]) -> AbstractAsyncContextManager[None]:
        """Be the only one who makes these walks; raise WalkTaken where another process is."""

    async def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """What an output that lies in the same database answers, asked between two commits."""

    async def beside(self, question: Callable[[], T]) -> T:
        """What an output answers from files of its own, asked outside of any transaction: it may take long."""
