"""Collectors that are broken on purpose, so that it shows whether chaos would notice: `python -m chaos.mutants NAME`.

Two take apart what one transaction does, with a pause between, as an output on another machine would make it; one takes
an answer at its word that there is nothing, though it tells of an error; one believes every clock.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from s1ecs.collect.strategies import clocked
from s1ecs.collect.strategies.request_context import RequestContext
from s1ecs.sentinelone import response
from s1ecs.sentinelone.server_clock import Clocks
from s1ecs.state.checkpoints import Commit, WalkName
from s1ecs.state.sqlite.checkpoints import SqliteCheckpoints
from s1ecs.timestamps import time_text

_PAUSE_SECONDS = 0.3

_Commit = Callable[[SqliteCheckpoints, WalkName, Commit], Awaitable[None]]

_commit: _Commit = SqliteCheckpoints.commit


async def _checkpoint_first(checkpoints: SqliteCheckpoints, walk: WalkName, advance: Commit) -> None:
    """The checkpoint moves before the documents are delivered: who is killed between loses them."""
    await _commit(checkpoints, walk, replace(advance, writes=()))
    if advance.writes:
        await asyncio.sleep(_PAUSE_SECONDS)
        await _write(checkpoints, advance)


async def _delivery_first(checkpoints: SqliteCheckpoints, walk: WalkName, advance: Commit) -> None:
    """The documents are delivered before, and not with, the checkpoint: who is killed between delivers them twice."""
    if advance.writes:
        await _write(checkpoints, advance)
        await asyncio.sleep(_PAUSE_SECONDS)
    await _commit(checkpoints, walk, replace(advance, writes=()))


async def _write(checkpoints: SqliteCheckpoints, advance: Commit) -> None:
    def write(connection: sqlite3.Connection) -> None:
        for each in advance.writes:
            each(connection)

    await checkpoints._database.run(write)  # noqa: SLF001 - a mutant reaches inside


def _errors_as_empty() -> None:
    """An error beside an empty list is an empty list: what is there is gone, what is new is never read."""

    def nothing_said(content: Mapping[str, Any]) -> list[Any]:  # noqa: ARG001 - as the one that it stands for
        return []

    response.said_by = nothing_said  # type: ignore[attr-defined]


def _any_clock() -> None:
    """Bounds and positions that were taken under a wrong clock are kept, whatever the clock shows later."""
    clocked.resumed = lambda saved, *_: saved  # type: ignore[attr-defined]
    Clocks.earlier = property(lambda clocks: clocks.console)  # type: ignore[assignment,method-assign]
    RequestContext.present = _now  # type: ignore[method-assign,assignment]


def _now(source: RequestContext) -> str:
    return time_text(source.client.now())


def _committing(commit: _Commit) -> None:
    SqliteCheckpoints.commit = commit  # type: ignore[method-assign,assignment]


MUTANTS: Mapping[str, Callable[[], None]] = {
    "checkpoint_first": partial(_committing, _checkpoint_first),
    "delivery_first": partial(_committing, _delivery_first),
    "errors_as_empty": _errors_as_empty,
    "any_clock": _any_clock,
}


def main(mutants: Mapping[str, Callable[[], None]] = MUTANTS) -> None:
    """Run `s1ecs` with the mutant of that name in place of what it breaks."""
    _, name, *arguments = sys.argv
    mutants[name]()
    sys.argv = ["s1ecs", *arguments]
    from s1ecs.cli import main as s1ecs

    s1ecs()


if __name__ == "__main__":
    main()
