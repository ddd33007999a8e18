"""Checkpoints in the state database."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import orjson

from s1ecs.errors import DeliveredMeanwhile, StateError
from s1ecs.masking import masked
from s1ecs.state.checkpoints import (
    LIVE,
    REREAD,
    Checkpoint,
    Commit,
    EntityStates,
    ItemResults,
    SeenIds,
    WalkName,
)
from s1ecs.state.inventory_rounds import Rounds
from s1ecs.state.seen_marks import version_mark
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.heartbeats import save_moved
from s1ecs.state.sqlite.inventory_rounds import count_entities, known_entities, rounds_of, save_rounds
from s1ecs.state.sqlite.output_marks import SqliteOutputMarks


class SqliteCheckpoints:
    """The checkpoints of all consoles, in one SQLite file; `clock` is this machine's, in UTC, for signs of life."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock
        # How often the database was opened when the position of a walk was read from it.
        self._read_at: dict[WalkName, int] = {}

    async def load(self, walk: WalkName) -> Checkpoint:
        """Return a walk's checkpoint; an empty one before the first commit."""

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

    async def commit(self, walk: WalkName, commit: Commit) -> None:
        """Save all of it in one transaction; raise StateError if the walk began in another state than this."""

        def save(connection: sqlite3.Connection) -> None:
            if self._read_at.get(walk, self._database.opened) != self._database.opened:
                # An older backup may stand in its place: the walk's position would hide what lies between.
                raise StateError(f"{self._database.path}: reopened in the meantime; the next poll continues from there")
            _check_unknown(connection, walk, commit)
            for write in commit.writes:
                write(connection)
            for output, mark in commit.marks.items():
                SqliteOutputMarks().save(connection, output, mark)
            _save_seen(connection, walk, commit.seen)
            _save_items(connection, walk, commit.items)
            _save_entities(connection, walk, commit.entities)
            counts = commit.counts
            if counts.delivered or counts.refused:
                connection.execute(
                    "INSERT INTO polls (console, stream, polled, state, reason, documents, refused)"
                    " VALUES (?, ?, ?, 'never polled', '', ?, ?) ON CONFLICT DO UPDATE SET"
                    " documents = documents + excluded.documents, refused = refused + excluded.refused",
                    (walk.console, walk.stream, counts.now, counts.delivered, counts.refused),
                )
            if commit.entities.rounds is not None:
                save_rounds(connection, walk.console, walk.stream, commit.entities.rounds)
            connection.execute(
                "INSERT INTO checkpoints (console, stream, walk, position, next_due) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET position = excluded.position,"
                " next_due = coalesce(excluded.next_due, next_due)",
                (*walk, orjson.dumps(commit.position).decode(), _text(commit.next_due)),
            )
            if walk.walk in (LIVE, REREAD):
                save_moved(connection, walk.console, walk.stream, self._clock())

        # Most polls of many consoles bring nothing: they share one disk, which takes some hundred syncs a second.
        await self._database.run(save, durable=commit.brings)

    async def known(self, walk: WalkName, ids: Sequence[str]) -> frozenset[str]:
        """Return those of `ids` that this console's stream delivered already, by whichever walk."""
        return await self._database.run(partial(_known, walk=walk, ids=ids))

    async def states(self, walk: WalkName, entities: Sequence[str]) -> Mapping[str, str]:
        """Return the id of the state that was delivered last, for those of `entities` that were seen."""
        return await self._database.run(partial(_states, walk=walk, entities=entities))

    async def rounds(self, walk: WalkName) -> Rounds:
        """Return the rounds of the stream's inventory."""
        return await self._database.run(partial(rounds_of, console=walk.console, stream=walk.stream))

    async def known_entities(self, walk: WalkName) -> tuple[int, int]:
        """Count the entities of the stream that are not gone, and return the greatest round in which any was seen."""
        return await self._database.run(partial(known_entities, console=walk.console, stream=walk.stream))

    async def count_entities(self, walk: WalkName, since: int, until: int) -> int:
        """Count the entities that were seen last in a round from `since` up to, but not including, `until`."""
        question = partial(count_entities, console=walk.console, stream=walk.stream, since=since, until=until)
        return await self._database.run(question)

    async def unchanged(self, walk: WalkName, versions: Mapping[str, str]) -> frozenset[str]:
        """Return those items (item -> version) that were read through in that version."""
        rows = await self._rows(
            "SELECT item FROM json_each(?) AS asked CROSS JOIN items ON (item, version) = (asked.key, asked.value)"
            " WHERE (console, stream) = (?, ?)",
            *(orjson.dumps(versions), walk.console, walk.stream),
        )
        return frozenset(row[0] for row in rows)

    async def failed(self, walk: WalkName, limit: int, but: tuple[str, str]) -> Sequence[str]:
        """Return failed items, except those tried between two times, as JSON, the longest untried first."""
        rows = await self._rows(
            "SELECT failed FROM items WHERE (console, stream) = (?, ?) AND failed IS NOT NULL"
            " AND tried NOT BETWEEN ? AND ? ORDER BY tried LIMIT ?",
            *(walk.console, walk.stream, *but, limit),
        )
        return [row[0] for row in rows]

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


def _states(connection: sqlite3.Connection, walk: WalkName, entities: Sequence[str]) -> Mapping[str, str]:
    rows = connection.execute(
        "SELECT thing, id FROM things WHERE (console, stream) = (?, ?) AND thing IN (SELECT value FROM json_each(?))",
        (walk.console, walk.stream, orjson.dumps(entities)),
    )
    return {str(thing): str(identity) for thing, identity in rows}


def _check_unknown(connection: sqlite3.Connection, walk: WalkName, commit: Commit) -> None:
    expected, unknown = commit.entities.before, commit.seen.unknown
    states = _states(connection, walk, list(expected)) if expected else {}
    if any(states.get(entity) != before for entity, before in expected.items()) or (
        unknown and _known(connection, walk, list(unknown))
    ):
        raise DeliveredMeanwhile(f"{walk}: another process delivered some of the records meanwhile")


def _save_seen(connection: sqlite3.Connection, walk: WalkName, seen: SeenIds) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO seen (console, stream, id, time) VALUES (?, ?, ?, ?)",
        [(walk.console, walk.stream, identity, time) for identity, time in seen.add],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO backfilled (console, stream, walk, id, slice) VALUES (?, ?, ?, ?, ?)",
        [(*walk, identity, number) for identity, number in seen.backfilled],
    )
    if seen.forget_slices is not None:
        connection.execute(
            "DELETE FROM backfilled WHERE (console, stream, walk) = (?, ?, ?) AND slice < ?",
            (*walk, seen.forget_slices),
        )
    if seen.forget_before is not None:
        connection.execute(
            "DELETE FROM seen WHERE (console, stream) = (?, ?) AND time < ?",
            (walk.console, walk.stream, seen.forget_before),
        )


def _save_entities(connection: sqlite3.Connection, walk: WalkName, entities: EntityStates) -> None:
    rows = [(walk.console, walk.stream, entity, identity, entities.round) for entity, identity in entities.states]
    # Most entities are as they were; two statements leave the index over their ids alone then.
    connection.executemany(
        "INSERT INTO things (console, stream, thing, id, round) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET id = excluded.id WHERE id <> excluded.id",
        rows,
    )
    connection.executemany(
        "UPDATE things SET round = ?5 WHERE (console, stream, thing) = (?1, ?2, ?3) AND round < ?5", rows
    )


def _save_items(connection: sqlite3.Connection, walk: WalkName, items: ItemResults) -> None:
    if items.listed_since is not None:
        connection.execute(
            "DELETE FROM items WHERE (console, stream) = (?, ?) AND failed IS NOT NULL AND tried < ?",
            (walk.console, walk.stream, items.listed_since),
        )
    for item, version in items.done:
        _forget_other_version(connection, walk, item, version)
    # An item without a version is asked for every time; nothing of it needs to be kept.
    connection.executemany(
        "DELETE FROM items WHERE (console, stream, item) = (?, ?, ?)",
        [(walk.console, walk.stream, item) for item, version in items.done if version is None],
    )
    connection.executemany(
        "INSERT INTO items (console, stream, item, version) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET version = excluded.version, failed = NULL, reason = NULL, tried = NULL",
        [(walk.console, walk.stream, item, version) for item, version in items.done if version is not None],
    )
    connection.executemany(
        "INSERT INTO items (console, stream, item, failed, reason, tried) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET version = NULL, failed = excluded.failed, reason = excluded.reason,"
        " tried = excluded.tried",
        [(walk.console, walk.stream, item, failed, masked(why), tried) for item, failed, why, tried in items.failed],
    )


def _forget_other_version(connection: sqlite3.Connection, walk: WalkName, item: str, version: str | None) -> None:
    """Forget ids that hold the version which the item had before: they can't come again."""
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
