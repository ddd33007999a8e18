"""Questions of the page about collection that only the state's tables answer."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from s1ecs.outputs.store.stream_table import TOTAL
from s1ecs.state.checkpoints import LIVE
from s1ecs.state.sqlite.readonly import has_tables
from s1ecs.state.status import Key
from s1ecs.timestamps import time_text

_HOUR = len("2026-01-31T12")
HOURS = 24


@dataclass(frozen=True)
class LiveWalk:
    """The next due time of the live walk of a stream, and its position as JSON."""

    next_due: str | None
    position: str


@dataclass(frozen=True)
class CollectionState:
    """Checkpoints by stream, and documents of the last hours, the oldest first, by stream."""

    checkpoints: Mapping[Key, LiveWalk] = field(default_factory=dict)
    hourly: Mapping[Key, list[int]] = field(default_factory=dict)


def ask_collection(connection: sqlite3.Connection, now: datetime) -> CollectionState:
    """Read it all."""
    return CollectionState(_checkpoints(connection), _hourly(connection, now))


def _checkpoints(connection: sqlite3.Connection) -> dict[Key, LiveWalk]:
    found = connection.execute(
        "SELECT console, stream, next_due, position FROM checkpoints WHERE walk = ?", (LIVE,)
    ).fetchall()
    return {Key(console, stream): LiveWalk(due, position) for console, stream, due, position in found}


def _hourly(connection: sqlite3.Connection, now: datetime) -> dict[Key, list[int]]:
    if not has_tables(connection, "hourly_counts"):
        return {}
    hours = [time_text(now - timedelta(hours=back))[:_HOUR] for back in reversed(range(HOURS))]
    places = {hour: place for place, hour in enumerate(hours)}
    counts: dict[Key, list[int]] = {}
    streams = [stream for (stream,) in connection.execute("SELECT DISTINCT stream FROM stream_tables")]
    for stream in streams:
        for console, hour, count in connection.execute(
            "SELECT console, hour, sum(count) FROM hourly_counts WHERE stream = ? AND dimension = ? AND hour >= ?"
            " GROUP BY 1, 2",
            (stream, TOTAL, hours[0]),
        ):
            if hour in places:
                counts.setdefault(Key(console, stream), [0] * HOURS)[places[hour]] = count
    return counts
