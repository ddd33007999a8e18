"""Checkpoints in the state database."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import orjson

from s1ecs.collect.checkpoint import LIVE, REREAD, Advance, Checkpoint, PollNote, Things, WalkName
from s1ecs.collect.walks.step import version_mark
from s1ecs.errors import DeliveredMeanwhile, StateError
from s1ecs.state.database import Database
from s1ecs.state.life import save_good, save_moved
from s1ecs.state.locks import held

T = TypeVar("T")


class StateCheckpoints:
    """The checkpoints of all consoles, in one SQLite file; `clock` is this machine's, in UTC, for signs of life."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock
        # How often the database was opened when the position of a walk was read from it.
        self._read_at: dict[WalkName, int] = {}

    async def load(self, walk: WalkName) -> Checkpoint:
        """A walk's checkpoint; an empty one before the first commit."""

        def read(connection: sqlite3.Connection) -> list[tuple[str, str | None]]:
            self._read_at[walk] = self._database.opened
            return connection.execute(
                "SELECT position, next_due FROM checkpoints WHERE (console, stream, walk) = (?, ?, ?)", walk
            ).fetchall()

        rows = await self._database.run(read)
        if not rows:
            return Checkpoint()
        [(position, next_due)] = rows
        return Checkpoint(orjson.loads(position), datetime.fromisoformat(next_due) if next_due else None)

    async def commit(self, walk: WalkName, advance: Advance) -> None:
        """Save an advance in one transaction; raise StateError if the walk began in another state than this."""

        def save(connection: sqlite3.Connection) -> None:
            if self._read_at.get(walk, self._database.opened) != self._database.opened:
                # An older backup may stand in its place: the walk's position would hide what lies between.
                raise StateError(f"{self._database.path}: opened anew meanwhile; the next poll goes on from there")
            _check_unknown(connection, walk, advance)
            for write in advance.writes:
                write(connection)
            _save_seen(connection, walk, advance)
            _save_items(connection, walk, advance)
            if advance.things is not None:
                _save_things(connection, walk, advance.things)
            if advance.delivered or advance.refused:
                connection.execute(
                    "INSERT INTO polls (console, stream, polled, state, reason, documents, refused)"
                    " VALUES (?, ?, ?, 'never polled', '', ?, ?) ON CONFLICT DO UPDATE SET"
                    " documents = documents + excluded.documents, refused = refused + excluded.refused",
                    (walk.console, walk.stream, advance.now, advance.delivered, advance.refused),
                )
            if advance.completed is not None:
                connection.execute(
                    "INSERT INTO rounds (console, stream, completed) VALUES (?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET completed = excluded.completed",
                    (walk.console, walk.stream, advance.completed),
                )
            connection.execute(
                "INSERT INTO checkpoints (console, stream, walk, position, next_due) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET position = excluded.position,"
                " next_due = coalesce(excluded.next_due, next_due)",
                (*walk, orjson.dumps(advance.position).decode(), _text(advance.next_due)),
            )
            if walk.walk in (LIVE, REREAD):
                save_moved(connection, walk.console, walk.stream, self._clock())

        await self._database.run(save)

    async def known(self, walk: WalkName, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that this console's stream delivered already, by whichever walk."""
        return await self._database.run(partial(_known, walk=walk, ids=ids))

    async def states(self, walk: WalkName, things: Sequence[str]) -> Mapping[str, str]:
        """Of those of `things` that were seen: the id of the state that was delivered last."""
        return await self._database.run(partial(_states, walk=walk, things=things))

    async def completed(self, walk: WalkName) -> int:
        """The number of the stream's last round that was completed; 0 before the first."""
        rows = await self._rows(
            "SELECT completed FROM rounds WHERE (console, stream) = (?, ?)", walk.console, walk.stream
        )
        return int(rows[0][0]) if rows else 0

    async def unchanged(self, walk: WalkName, versions: Mapping[str, str]) -> frozenset[str]:
        """Those items (item -> version) that were read through in that version."""
        rows = await self._rows(
            "SELECT item FROM json_each(?) AS asked CROSS JOIN items ON (item, version) = (asked.key, asked.value)"
            " WHERE (console, stream) = (?, ?)",
            *(orjson.dumps(versions), walk.console, walk.stream),
        )
        return frozenset(row[0] for row in rows)

    async def failed(self, walk: WalkName, limit: int, before: str) -> Sequence[str]:
        """Items whose calls failed before that time, as JSON, the longest untried first."""
        rows = await self._rows(
            "SELECT failed FROM items WHERE (console, stream) = (?, ?) AND failed IS NOT NULL AND tried < ?"
            " ORDER BY tried LIMIT ?",
            *(walk.console, walk.stream, before, limit),
        )
        return [row[0] for row in rows]

    async def note(self, walk: WalkName, note: PollNote) -> None:
        """Save how a poll ended."""

        def save(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO polls (console, stream, polled, state, reason, documents, newest)"
                " VALUES (?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO UPDATE SET polled = excluded.polled,"
                " state = excluded.state, reason = excluded.reason, newest = coalesce(excluded.newest, newest)",
                (walk.console, walk.stream, note.polled, note.state, note.reason, note.newest),
            )
            if note.state == "ok":
                save_good(connection, walk.console, walk.stream, self._clock())

        await self._database.run(save)

    def held(self, walks: Sequence[WalkName]) -> AbstractAsyncContextManager[None]:
        """Hold a lock of each walk, beside the database."""
        return held(self._database.path.parent, walks)

    async def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """What an output that lies in the same database answers, asked between two commits."""
        return await self._database.run(question)

    async def beside(self, question: Callable[[], T]) -> T:
        """What an output answers from files of its own, asked outside of any transaction: it may take long."""
        return await self._database.beside(question)

    async def _rows(self, statement: str, *values: object) -> list[tuple[str, ...]]:
        return await self._database.run(lambda connection: connection.execute(statement, values).fetchall())


def _known(connection: sqlite3.Connection, walk: WalkName, ids: Sequence[str]) -> frozenset[str]:
    rows = connection.execute(
        "SELECT id FROM seen WHERE (console, stream) = (?1, ?2) AND id IN (SELECT value FROM json_each(?3))"
        " UNION SELECT id FROM backfilled WHERE (console, stream) = (?1, ?2)"
        " AND id IN (SELECT value FROM json_each(?3))",
        (walk.console, walk.stream, orjson.dumps(ids)),
    )
    return frozenset(row[0] for row in rows)


def _states(connection: sqlite3.Connection, walk: WalkName, things: Sequence[str]) -> Mapping[str, str]:
    rows = connection.execute(
        "SELECT thing, id FROM things WHERE (console, stream) = (?, ?) AND thing IN (SELECT value FROM json_each(?))",
        (walk.console, walk.stream, orjson.dumps(things)),
    )
    return {str(thing): str(identity) for thing, identity in rows}


def _check_unknown(connection: sqlite3.Connection, walk: WalkName, advance: Advance) -> None:
    states = _states(connection, walk, list(advance.before)) if advance.before else {}
    if any(states.get(thing) != before for thing, before in advance.before.items()) or (
        advance.unknown and _known(connection, walk, list(advance.unknown))
    ):
        raise DeliveredMeanwhile(f"{walk}: another process delivered some of the records meanwhile")


def _save_seen(connection: sqlite3.Connection, walk: WalkName, advance: Advance) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO seen (console, stream, id, time) VALUES (?, ?, ?, ?)",
        [(walk.console, walk.stream, identity, time) for identity, time in advance.seen],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO backfilled (console, stream, walk, id, slice) VALUES (?, ?, ?, ?, ?)",
        [(*walk, identity, number) for identity, number in advance.backfilled],
    )
    if advance.forget_slices is not None:
        connection.execute(
            "DELETE FROM backfilled WHERE (console, stream, walk) = (?, ?, ?) AND slice < ?",
            (*walk, advance.forget_slices),
        )
    if advance.forget_before is not None:
        connection.execute(
            "DELETE FROM seen WHERE (console, stream) = (?, ?) AND time < ?",
            (walk.console, walk.stream, advance.forget_before),
        )


def _save_things(connection: sqlite3.Connection, walk: WalkName, things: Things) -> None:
    rows = [(walk.console, walk.stream, thing, identity, things.round) for thing, identity in things.states]
    # Most things are as they were; two statements leave the index over their ids alone then.
    connection.executemany(
        "INSERT INTO things (console, stream, thing, id, round) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET id = excluded.id WHERE id <> excluded.id",
        rows,
    )
    connection.executemany(
        "UPDATE things SET round = ?5 WHERE (console, stream, thing) = (?1, ?2, ?3) AND round < ?5", rows
    )


def _save_items(connection: sqlite3.Connection, walk: WalkName, advance: Advance) -> None:
    if advance.listed_since is not None:
        connection.execute(
            "DELETE FROM items WHERE (console, stream) = (?, ?) AND failed IS NOT NULL AND tried < ?",
            (walk.console, walk.stream, advance.listed_since),
        )
    for item, version in advance.done:
        _forget_other_version(connection, walk, item, version)
    # An item without a version is asked for every time; nothing of it needs to be kept.
    connection.executemany(
        "DELETE FROM items WHERE (console, stream, item) = (?, ?, ?)",
        [(walk.console, walk.stream, item) for item, version in advance.done if version is None],
    )
    connection.executemany(
        "INSERT INTO items (console, stream, item, version) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET version = excluded.version, failed = NULL, reason = NULL, tried = NULL",
        [(walk.console, walk.stream, item, version) for item, version in advance.done if version is not None],
    )
    connection.executemany(
        "INSERT INTO items (console, stream, item, failed, reason, tried) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET version = NULL, failed = excluded.failed, reason = excluded.reason,"
        " tried = excluded.tried",
        [(walk.console, walk.stream, *failure) for failure in advance.failed],
    )


def _forget_other_version(connection: sqlite3.Connection, walk: WalkName, item: str, version: str | None) -> None:
    """Ids that hold the version which the item had before can't come again."""
    read = connection.execute(
        "SELECT version FROM items WHERE (console, stream, item) = (?, ?, ?)", (walk.console, walk.stream, item)
    ).fetchone()
    if read is not None and read[0] is not None and version is not None and read[0] != version:
        connection.execute(
            "DELETE FROM seen WHERE (console, stream, time) = (?, ?, ?)",
            (walk.console, walk.stream, version_mark(item, read[0])),
        )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
