"""Checkpoints in PostgreSQL: each commit under the epoch of its walk's lease."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import LiteralString

import orjson

from s1ecs.errors import DeliveredMeanwhile, LeaseLost
from s1ecs.state.checkpoints import LIVE, REREAD, Checkpoint, Commit, WalkName
from s1ecs.state.inventory_rounds import Rounds
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.delivered import known_ids, save_items, save_seen
from s1ecs.state.postgresql.inventories import count_entities, known_entities, rounds_of, save_entities, states_of
from s1ecs.state.postgresql.leases import PostgresLeases
from s1ecs.state.postgresql.output_marks import PostgresOutputMarks
from s1ecs.state.postgresql.poll_status import count_documents
from s1ecs.state.postgresql.signs_of_life import save_moved
from s1ecs.state.postgresql.storable import storable
from s1ecs.state.postgresql.transaction import PgConnection

# Walks of one stream check and save the same ids and entities: one commit at a time.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_SAVE = """
INSERT INTO checkpoints AS saved (console, stream, walk, position, next_due) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (console, stream, walk) DO UPDATE SET position = excluded.position,
    next_due = coalesce(excluded.next_due, saved.next_due), commits = saved.commits + 1
RETURNING commits
"""


class PostgresCheckpoints:
    """The checkpoints of all consoles in one schema; `clock` is this machine's, in UTC, for signs of life."""

    def __init__(
        self,
        database: PostgresDatabase,
        leases: PostgresLeases,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._leases = leases
        self._clock = clock
        # By walk: the epoch under which its position was read or saved last, and the number of its commits then.
        self._at: dict[WalkName, tuple[int | None, int]] = {}

    async def load(self, walk: WalkName) -> Checkpoint:
        """Return a walk's checkpoint; an empty one before the first commit."""

        def read(connection: PgConnection) -> tuple[str, datetime | None, int] | None:
            return connection.execute(
                "SELECT position, next_due, commits FROM checkpoints WHERE (console, stream, walk) = (%s, %s, %s)", walk
            ).fetchone()

        epoch = self._leases.epoch_of(walk)
        row = await self._database.run(read)
        position, next_due, commits = row or ("{}", None, 0)
        self._at[walk] = epoch, commits
        return Checkpoint(orjson.loads(position), next_due)

    async def commit(self, walk: WalkName, commit: Commit) -> None:
        """Save all of it in one transaction; raise LeaseLost if the walk is another process's by now.

        The same where its position is no longer the one that was read: its server, or a failover, lost a commit.
        """
        epoch = self._leases.epoch_of(walk)
        read_under, commits = self._at.get(walk, (epoch, None))
        if read_under != epoch:
            raise LeaseLost(f"{walk}: its lease was taken anew meanwhile; the next poll continues from what was saved")

        def save(connection: PgConnection) -> int:
            connection.execute(_ALONE, [f"s1ecs {walk.console} {walk.stream}"])
            self._leases.check(connection, walk, epoch)
            _check_unknown(connection, walk, commit)
            for write in commit.writes:
                write(connection)
            saved = self._save(connection, walk, commit)
            if commits is not None and saved != commits + 1:
                raise LeaseLost(
                    f"{walk}: its position changed since it was read (another process, a restored backup, or a "
                    "failover that lost the last commits); the next poll continues from what is saved now"
                )
            return saved

        # Most polls of many consoles bring nothing: what the server loses of them in a crash is noticed by the next.
        saved = await self._database.run(save, durable=commit.brings)
        self._at[walk] = epoch, saved

    def _save(self, connection: PgConnection, walk: WalkName, commit: Commit) -> int:
        """Send all that has no answer of interest at once, and return the number of the commit."""
        with connection.pipeline():
            for output, mark in sorted(commit.marks.items()):
                PostgresOutputMarks().save(connection, output, mark)
            save_seen(connection, walk, commit.seen)
            save_items(connection, walk, commit.items)
            save_entities(connection, walk, commit.entities)
            count_documents(connection, walk, commit.counts)
            next_due = commit.next_due
            saved = connection.execute(_SAVE, [*walk, orjson.dumps(commit.position).decode(), next_due])
            if walk.walk in (LIVE, REREAD):
                save_moved(connection, walk.console, walk.stream, self._clock())
        [(number,)] = saved.fetchall()
        return int(number)

    async def known(self, walk: WalkName, ids: Sequence[str]) -> frozenset[str]:
        """Return those of `ids` that this console's stream delivered already, by whichever walk."""
        return await self._database.run(lambda connection: known_ids(connection, walk, ids))

    async def states(self, walk: WalkName, entities: Sequence[str]) -> Mapping[str, str]:
        """Return the id of the state that was delivered last, for those of `entities` that were seen."""
        return await self._database.run(lambda connection: states_of(connection, walk, entities))

    async def rounds(self, walk: WalkName) -> Rounds:
        """Return the rounds of the stream's inventory."""
        return await self._database.run(lambda connection: rounds_of(connection, walk.console, walk.stream))

    async def known_entities(self, walk: WalkName) -> tuple[int, int]:
        """Count the entities of the stream that are not gone, and return the greatest round in which any was seen."""
        return await self._database.run(lambda connection: known_entities(connection, walk.console, walk.stream))

    async def count_entities(self, walk: WalkName, since: int, until: int) -> int:
        """Count the entities that were seen last in a round from `since` up to, but not including, `until`."""
        return await self._database.run(
            lambda connection: count_entities(connection, walk.console, walk.stream, since, until)
        )

    async def unchanged(self, walk: WalkName, versions: Mapping[str, str]) -> frozenset[str]:
        """Return those items (item -> version) that were read through in that version."""
        asked = {storable(item): item for item in versions}
        rows = await self._rows(
            "SELECT item FROM items JOIN unnest(%s::text[], %s::text[]) AS asked (name, told)"
            " ON (item, version) = (asked.name, asked.told) WHERE (console, stream) = (%s, %s)",
            *(list(asked), list(versions.values()), walk.console, walk.stream),
        )
        return frozenset(asked[row[0]] for row in rows)

    async def failed(self, walk: WalkName, limit: int, but: tuple[str, str]) -> Sequence[str]:
        """Return failed items, except those tried between two times, as JSON, the longest untried first."""
        rows = await self._rows(
            "SELECT failed FROM items WHERE (console, stream) = (%s, %s) AND failed IS NOT NULL"
            " AND tried NOT BETWEEN %s AND %s ORDER BY tried LIMIT %s",
            *(walk.console, walk.stream, *but, limit),
        )
        return [row[0] for row in rows]

    async def _rows(self, statement: LiteralString, *values: object) -> list[tuple[str, ...]]:
        return await self._database.run(lambda connection: connection.execute(statement, values).fetchall())


def _check_unknown(connection: PgConnection, walk: WalkName, commit: Commit) -> None:
    expected, unknown = commit.entities.before, commit.seen.unknown
    states = states_of(connection, walk, list(expected)) if expected else {}
    if any(states.get(entity) != before for entity, before in expected.items()) or (
        unknown and known_ids(connection, walk, list(unknown))
    ):
        raise DeliveredMeanwhile(f"{walk}: another process delivered some of the records meanwhile")
