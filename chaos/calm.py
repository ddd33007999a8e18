"""The calm after the storm: no faults, no growth, and every stream walked from end to end once more."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from chaos.collector import Collector, Place
from s1ecs.standin.faults.poison import MARK

_LOOK_EVERY = 0.2
# The first walk to end in the calm may have begun before; the second one did not.
_WALKS = 2


class Unfinished(Exception):
    """Some stream was not walked through in the time that there was; the text tells which."""


def settle(place: Place, collector: Collector, streams: Sequence[str], *, seconds: float) -> None:
    """Wait until each stream, and the re-read of alerts, was walked twice; then end the collector with SIGTERM.

    Raises Unfinished after so many seconds, and EndedByItself.
    """
    wanted = {(stream, "live") for stream in streams} | {(name, "reread") for name in streams if name == "alert"}
    seen: dict[tuple[str, str], set[str]] = {}
    end = time.monotonic() + seconds
    while True:
        for walk, due in _due_times(place.state):
            seen.setdefault(walk, set()).add(due)
        # One due time is that from before.
        behind = sorted(wanted - {walk for walk, times in seen.items() if len(times) > _WALKS})
        failed = _failed_items(place.state)
        if not behind and not failed:
            collector.end()
            return
        if time.monotonic() > end:
            names = ", ".join(" ".join(walk) for walk in behind) or f"{failed} items whose calls failed"
            raise Unfinished(f"not walked through within {seconds:.0f} s of calm: {names}")
        collector.still_runs()
        time.sleep(_LOOK_EVERY)


def _due_times(state: Path) -> list[tuple[tuple[str, str], str]]:
    """When each walk is due next; a new time is saved where a walk came to its end, and nowhere else."""
    rows = _rows(state, "SELECT stream, walk, next_due FROM checkpoints WHERE next_due IS NOT NULL")
    return [((stream, walk), due) for stream, walk, due in rows]


def _failed_items(state: Path) -> int:
    # The console has nothing below an item that poison made up, and refuses its id for ever.
    sql = f"SELECT count(*) FROM items WHERE failed NOT LIKE '%{MARK}%'"  # noqa: S608 - our own words
    [(count,)] = _rows(state, sql) or [(0,)]
    return int(count)


def _rows(state: Path, sql: str) -> list[tuple[Any, ...]]:
    database = state / "s1ecs.db"
    if not database.exists():
        return []
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(sql).fetchall()
    except sqlite3.OperationalError:
        # The collector was killed so early that there are no tables yet.
        return []
