"""Checkpoints: the position of each walk, what it delivered lately, and what else a poll must remember. A Protocol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from s1ecs.state.inventory_rounds import Rounds
from s1ecs.state.output_marks import Mark
from s1ecs.state.transaction import Write

Position = Mapping[str, Any]

# The console's clock is known to the second, and it may be set.
_SLACK = timedelta(minutes=1)


# The round of an entity that no complete walk had to see yet: what was only backfilled is never taken for gone.
NEVER_SEEN_WHOLE = -1

LIVE = "live"
REREAD = "reread"


class WalkName(NamedTuple):
    """The name of a checkpoint. `walk` is LIVE for the walk that follows what is new."""

    console: str
    stream: str
    walk: str

    def __str__(self) -> str:
        """Return the name as it stands in logs."""
        return f"{self.console} {self.stream}" if self.walk == LIVE else f"{self.console} {self.stream} {self.walk}"


@dataclass(frozen=True)
class Checkpoint:
    """A walk's position (empty before its first step) and when it is due again."""

    position: Position = field(default_factory=dict)
    next_due: datetime | None = None

    def seconds_until_due(self, now: datetime, interval: timedelta) -> float:
        """Return the seconds until the walk is due; 0 when it is, or when the saved time lies beyond the interval.

        Such a time comes from another setting or another clock.
        """
        wait = timedelta(0) if self.next_due is None else self.next_due - now
        if not timedelta(0) < wait <= interval + _SLACK:
            return 0.0
        return min(wait, interval).total_seconds()


@dataclass(frozen=True)
class SeenIds:
    """Changes to the ids that are remembered as delivered.

    `add` are (id, time) of what was delivered; ids with a time before `forget_before` can't be read again. `backfilled`
    are (id, slice) that the walk remembers for itself, until `forget_slices` before a number. The commit is refused
    where another walk delivered one of `unknown` meanwhile.
    """

    add: Sequence[tuple[str, str]] = ()
    forget_before: str | None = None
    backfilled: Sequence[tuple[str, int]] = ()
    forget_slices: int | None = None
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True)
class EntityStates:
    """Entities of an inventory that were seen in a round, as (entity, id of its state).

    The commit is refused where an entity no longer has the state that it has in `before` (None: none). `rounds` are the
    rounds of the inventory once a walk of it is complete.
    """

    states: Sequence[tuple[str, str]] = ()
    round: int = 0
    before: Mapping[str, str | None] = field(default_factory=dict)
    rounds: Rounds | None = None


@dataclass(frozen=True)
class ItemResults:
    """Results of the calls per item.

    `done` are items that were read through: (item, version); `failed` are items to retry: (item, its JSON, reason, when
    it was tried). Failed items that were not tried since `listed_since` are dropped. Both times are this machine's.
    """

    done: Sequence[tuple[str, str | None]] = ()
    failed: Sequence[tuple[str, str, str, str]] = ()
    listed_since: str | None = None


@dataclass(frozen=True)
class DeliveryCounts:
    """Number of documents that a commit makes durable, of those the dead letters, and the time of both."""

    delivered: int = 0
    refused: int = 0
    now: str = ""


@dataclass(frozen=True)
class Commit:
    """One commit: all of it is saved, or nothing.

    `next_due` None keeps the saved time; `writes` are the documents of outputs that share the state's transaction,
    `marks` the keys that change of the marks of outputs, by their names.
    """

    position: Position
    next_due: datetime | None = None
    seen: SeenIds = field(default_factory=SeenIds)
    entities: EntityStates = field(default_factory=EntityStates)
    items: ItemResults = field(default_factory=ItemResults)
    writes: Sequence[Write] = ()
    counts: DeliveryCounts = field(default_factory=DeliveryCounts)
    marks: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def brings(self) -> bool:
        """Tell whether an output took documents, so that a power cut must not undo the commit."""
        return bool(self.counts.delivered or self.counts.refused or self.writes or self.marks)

    def completing(self, rounds: Rounds) -> "Commit":
        """Return the same commit with the rounds of an inventory that was walked to its end."""
        return replace(self, entities=replace(self.entities, rounds=rounds))


class Checkpoints(Protocol):
    """The checkpoints of all walks, and what goes with them."""

    async def load(self, walk: WalkName) -> Checkpoint:
        """Return a walk's checkpoint; an empty one before the first commit."""

    async def commit(self, walk: WalkName, commit: Commit) -> None:
        """Save all of it in one transaction; raise DeliveredMeanwhile, and save nothing, where another process did."""

    async def known(self, walk: WalkName, ids: Sequence[str]) -> frozenset[str]:
        """Return those of `ids` that this console's stream delivered already, by whichever walk."""

    async def states(self, walk: WalkName, entities: Sequence[str]) -> Mapping[str, str]:
        """Return the id of the state that was delivered last, for those of `entities` that were seen."""

    async def rounds(self, walk: WalkName) -> Rounds:
        """Return the rounds of the stream's inventory."""

    async def known_entities(self, walk: WalkName) -> tuple[int, int]:
        """Count the entities of the stream that are not gone, and return the greatest round in which any was seen."""

    async def count_entities(self, walk: WalkName, since: int, until: int) -> int:
        """Count the entities that were seen last in a round from `since` up to, but not including, `until`."""

    async def unchanged(self, walk: WalkName, versions: Mapping[str, str]) -> frozenset[str]:
        """Return those items (item -> version) that were read through in that version."""

    async def failed(self, walk: WalkName, limit: int, but: tuple[str, str]) -> Sequence[str]:
        """Return failed items, except those tried between two times, as JSON, the longest untried first."""
