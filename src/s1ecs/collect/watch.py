"""Who watches a feed being collected, for metrics: told of each step and of how each walk ended."""

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from s1ecs.collect.checkpoint import WalkName
    from s1ecs.collect.deliver import Counts
    from s1ecs.collect.poll import Outcome


class Watch(Protocol):
    """Takes note; never raises, never waits."""

    def step(self, walk: "WalkName", counts: "Counts") -> None:
        """A step was delivered and its position saved."""

    def walked(self, outcome: "Outcome", now: datetime) -> None:
        """A walk ended; `now` by the console's clock."""


class _Nobody:
    def step(self, walk: "WalkName", counts: "Counts") -> None:
        """Let it pass."""

    def walked(self, outcome: "Outcome", now: datetime) -> None:
        """Let it pass."""


UNWATCHED: Watch = _Nobody()
