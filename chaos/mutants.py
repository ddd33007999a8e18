"""Collectors that are broken on purpose, so that it shows whether chaos would notice: `python -m chaos.mutants NAME`.

Each takes apart what one transaction does, with a pause between, as an output on another machine would make it.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from s1ecs.collect.checkpoint import Advance, WalkName
from s1ecs.collect.state_checkpoints import StateCheckpoints

_PAUSE_SECONDS = 0.3

_Commit = Callable[[StateCheckpoints, WalkName, Advance], Awaitable[None]]

_commit: _Commit = StateCheckpoints.commit


async def _checkpoint_first(checkpoints: StateCheckpoints, walk: WalkName, advance: Advance) -> None:
    """The checkpoint moves before the documents are delivered: who is killed between loses them."""
    await _commit(checkpoints, walk, replace(advance, writes=()))
    if advance.writes:
        await asyncio.sleep(_PAUSE_SECONDS)
        await _write(checkpoints, advance)


async def _delivery_first(checkpoints: StateCheckpoints, walk: WalkName, advance: Advance) -> None:
    """The documents are delivered before, and not with, the checkpoint: who is killed between delivers them twice."""
    if advance.writes:
        await _write(checkpoints, advance)
        await asyncio.sleep(_PAUSE_SECONDS)
    await _commit(checkpoints, walk, replace(advance, writes=()))


async def _write(checkpoints: StateCheckpoints, advance: Advance) -> None:
    def write(connection: sqlite3.Connection) -> None:
        for each in advance.writes:
            each(connection)

    await checkpoints._database.run(write)  # noqa: SLF001 - a mutant reaches inside


MUTANTS: Mapping[str, _Commit] = {"checkpoint_first": _checkpoint_first, "delivery_first": _delivery_first}


def main() -> None:
    """Run `s1ecs` with the mutant of that name in place of what it breaks."""
    _, name, *arguments = sys.argv
    StateCheckpoints.commit = MUTANTS[name]  # type: ignore[method-assign,assignment]
    sys.argv = ["s1ecs", *arguments]
    from s1ecs.cli import main as s1ecs

    s1ecs()


if __name__ == "__main__":
    main()
