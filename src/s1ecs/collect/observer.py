"""Observer of a feed being collected, for metrics: told of each step and of the end of each walk."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from s1ecs.collect.outcome import Counts, Outcome
    from s1ecs.state.checkpoints import WalkName


class Observer(Protocol):
    """Takes note; never raises, never waits."""

    def step(self, walk: "WalkName", counts: "Counts") -> None:
        """A step was delivered and its position saved."""

    def walked(self, outcome: "Outcome", now: datetime) -> None:
        """A walk ended; `now` by the console's clock."""


@dataclass(frozen=True)
class Observers:
    """Several observers as one."""

    each: "Sequence[Observer]"

    def step(self, walk: "WalkName", counts: "Counts") -> None:
        """Tell them of a step."""
        for observer in self.each:
            observer.step(walk, counts)

    def walked(self, outcome: "Outcome", now: datetime) -> None:
        """Tell them of the end of a walk."""
        for observer in self.each:
            observer.walked(outcome, now)


class _Nobody:
    def step(self, walk: "WalkName", counts: "Counts") -> None:
        """Ignore it."""

    def walked(self, outcome: "Outcome", now: datetime) -> None:
        """Ignore it."""


NULL_OBSERVER: Observer = _Nobody()
