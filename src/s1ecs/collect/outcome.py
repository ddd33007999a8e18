"""Outcome of a walk: its end, and the records that it delivered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from s1ecs.collect.strategies.step import ItemFailed
from s1ecs.errors import Forbidden, NotFound, S1ecsError, Unauthorized, all_of
from s1ecs.records import dumps
from s1ecs.sentinelone.pagination import SetAside
from s1ecs.state.checkpoints import WalkName
from s1ecs.state.inventory_rounds import RoundDoubt


class Counts(NamedTuple):
    """Numbers of records: read, delivered as new documents.

    Of these, how many could not be mapped, and how many an output refused.
    """

    records: int = 0
    delivered: int = 0
    failed: int = 0
    refused: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


# What sets a stream aside: it is said once, and asked again at each interval.
SET_ASIDE = (Forbidden, NotFound, Unauthorized)


_LONGEST_NOTE = 400


@dataclass(frozen=True)
class Outcome:
    """Outcome of a walk; `error` is what ended it early, `stopped` that the process is to end.

    `unread` are single records that the console never sent in a readable form, `failed` items whose calls failed,
    `notes` what the console said beside its data; `newest` is the greatest time the walk has seen; `doubt` is why a
    complete walk did not say what is gone.
    """

    walk: WalkName
    counts: Counts
    error: S1ecsError | None = None
    stopped: bool = False
    unread: tuple[SetAside, ...] = ()
    failed: tuple[ItemFailed, ...] = ()
    notes: tuple[Any, ...] = ()
    newest: str | None = None
    doubt: RoundDoubt | None = None

    def with_(self, later: "Outcome") -> "Outcome":
        """Both together, as one walk."""
        return Outcome(
            self.walk,
            self.counts.plus(later.counts),
            self.error or later.error,
            self.stopped or later.stopped,
            (*self.unread, *later.unread),
            (*self.failed, *later.failed),
            (*self.notes, *later.notes),
            max(filter(None, (self.newest, later.newest)), default=None),
            self.doubt or later.doubt,
        )

    @property
    def beside(self) -> str:
        """The entries of `errors` beside the console's data, as text; empty where there were none."""
        return said_beside(self.notes)

    @property
    def brings(self) -> bool:
        """True if something came of the walk: documents, or an end before its time."""
        return bool(self.counts.delivered or self.counts.refused or self.misses)

    @property
    def misses(self) -> bool:
        """True if something that the console holds was not read, though no error ended the walk."""
        return bool(self.unread) or self.stopped or any(not failure.gone for failure in self.failed)

    @property
    def state(self) -> str:
        """State of the walk at its end, in a word or two."""
        if self.error is not None:
            return "skipped" if isinstance(self.error, SET_ASIDE) else "failed"
        return "stopped" if self.stopped else "ok"


def said_beside(notes: Sequence[Any]) -> str:
    """Write the entries of `errors` beside the console's data as one bounded line; empty where there were none."""
    said = all_of((note if isinstance(note, str) else dumps(note).decode())[:_LONGEST_NOTE] for note in notes)
    return f"the console returned errors with its data, which was kept: {said}" if said else ""


def with_error(outcome: Outcome, error: S1ecsError) -> Outcome:
    """The outcome, with an error that it did not have yet."""
    return outcome if outcome.error is not None else replace(outcome, error=error)
