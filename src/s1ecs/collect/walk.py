"""A walk that is ready to be made: its steps, and what to save when it has ended."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from s1ecs.collect.checkpoint import Advance, Position, WalkName
from s1ecs.collect.memory import EVERYTHING, Memory
from s1ecs.collect.walks.step import Step


@dataclass(frozen=True)
class Walk:
    """Where a walk begins, its steps, and what its end saves.

    `finish` makes the last commit from the last position; `round` is the round in which it sees things, and it
    completes that round where `completes` is true and nothing was missed. `newest` is the greatest time that a position
    stands for; where it gives None, the greatest that a record had counts. `catches_up`: the walk ends what an earlier
    poll began, and what is new comes behind it. `memory` says how long ids are remembered.
    """

    name: WalkName
    position: Position
    steps: AsyncGenerator[Step, None]
    finish: Callable[[Position], Advance]
    newest: Callable[[Position], str | None] = lambda position: position.get("seen") or position.get("greatest")
    round: int = 0
    completes: bool = False
    catches_up: bool = False
    memory: Memory = EVERYTHING
