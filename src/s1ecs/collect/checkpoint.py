"""How far each walk got, and what it delivered lately: a Protocol, and its form in the state database."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

import orjson

from s1ecs.state.database import Database

Position = Mapping[str, Any]
Write = Callable[[sqlite3.Connection], None]


# The console's clock is known to the second, and it may be set.
_SLACK = timedelta(minutes=1)


LIVE = "live"
REREAD = "reread"


class WalkName(NamedTuple):
    """What a checkpoint belongs to. `walk` is LIVE for the walk that follows what is new."""

    console: str
    stream: str
    walk: str

    def __str__(self) -> str:
        """As it stands in logs."""
        return f"{self.console} {self.stream}" if self.walk == LIVE else f"{self.console} {self.stream} {self.walk}"


@dataclass(frozen=True)
class Checkpoint:
    """A walk's position (empty before its first step) and when it is due again."""

    position: Position = field(default_factory=dict)
    next_due: datetime | None = None

    def seconds_until_due(self, now: datetime, interval: timedelta) -> float:
        """How long until the walk is due; 0 when it is, or when the saved time lies beyond the interval.

        Such a time comes from another setting or another clock.
        """
        wait = timedelta(0) if self.next_due is None else self.next_due - now
        if not timedelta(0) < wait <= interval + _SLACK:
            return 0.0
        return min(wait, interval).total_seconds()


@dataclass(frozen=True)
class Advance:
    """What one commit saves: all of it or nothing.

    `seen`: (id, time) of what was delivered; `forget_before`: ids with an older time can't be read again;
    `next_due` None leaves the saved one; `writes` are the documents of outputs that lie in the same database.
    """

    position: Position
    seen: Sequence[tuple[str, str]] = ()
    forget_before: str | None = None
    next_due: datetime | None = None
    writes: Sequence[Write] = ()


class Checkpoints(Protocol):
    """Where checkpoints are kept."""

    async def load(self, walk: WalkName) -> Checkpoint:
        """A walk's checkpoint; an empty one before the first commit."""

    async def known(self, walk: WalkName, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that this console's stream delivered already, by whichever walk."""

    async def commit(self, walk: WalkName, advance: Advance) -> None:
        """Save an advance in one transaction."""


class StateCheckpoints:
    """Checkpoints in the state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, walk: WalkName) -> Checkpoint:
        """A walk's checkpoint; an empty one before the first commit."""
        row = await self._database.run(
            lambda connection: connection.execute(
                "SELECT position, next_due FROM checkpoints WHERE (console, stream, walk) = (?, ?, ?)", walk
            ).fetchone()
        )
        if row is None:
            return Checkpoint()
        return Checkpoint(orjson.loads(row[0]), datetime.fromisoformat(row[1]) if row[1] else None)

    async def known(self, walk: WalkName, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that this console's stream delivered already, by whichever walk."""
        rows = await self._database.run(
            lambda connection: connection.execute(
                "SELECT id FROM seen WHERE (console, stream) = (?, ?) AND id IN (SELECT value FROM json_each(?))",
                (walk.console, walk.stream, orjson.dumps(ids)),
            ).fetchall()
        )
        return frozenset(row[0] for row in rows)

    async def commit(self, walk: WalkName, advance: Advance) -> None:
        """Save an advance in one transaction."""

        def save(connection: sqlite3.Connection) -> None:
            for write in advance.writes:
                write(connection)
            connection.executemany(
                "INSERT OR IGNORE INTO seen (console, stream, id, time) VALUES (?, ?, ?, ?)",
                [(walk.console, walk.stream, identity, time) for identity, time in advance.seen],
            )
            if advance.forget_before is not None:
                connection.execute(
                    "DELETE FROM seen WHERE (console, stream) = (?, ?) AND time < ?",
                    (walk.console, walk.stream, advance.forget_before),
                )
            connection.execute(
                "INSERT INTO checkpoints (console, stream, walk, position, next_due) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET position = excluded.position,"
                " next_due = coalesce(excluded.next_due, next_due)",
                (*walk, orjson.dumps(advance.position).decode(), _text(advance.next_due)),
            )

        await self._database.run(save)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
