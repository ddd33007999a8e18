"""A walk that is ready to be made: its steps, and what to save when it has ended."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from s1ecs.collect.positions.saved import SavedPosition
from s1ecs.collect.seen_ids import EVERYTHING, SeenIdPolicy
from s1ecs.collect.strategies.step import Step
from s1ecs.state.checkpoints import Commit, WalkName


@dataclass(frozen=True)
class Walk:
    """The position at which a walk begins, its steps, and the commit at its end.

    `finish` makes the last commit from the last position; `round` is the round in which it sees things, and it
    completes that round where `completes` is true and nothing was missed. `begins`: nothing was read of it yet.
    `newest` is the greatest time that a position stands for, `newest_at_end` the time that a walk stands for once it
    has ended; where both give None, the greatest that a record had counts. `catches_up`: the walk ends what an earlier
    poll began, and what is new comes behind it. `memory` says how long ids are remembered. `stepped`: the console's
    clock stepped, so the position is saved before the walk begins.
    """

    name: WalkName
    position: SavedPosition
    steps: AsyncGenerator[Step, None]
    finish: Callable[[SavedPosition], Commit]
    newest: Callable[[SavedPosition], str | None] = lambda _: None
    newest_at_end: str | None = None
    round: int = 0
    completes: bool = False
    begins: bool = True
    catches_up: bool = False
    memory: SeenIdPolicy = EVERYTHING
    stepped: bool = False
