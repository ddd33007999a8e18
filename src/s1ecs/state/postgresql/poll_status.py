"""The status of streams in PostgreSQL."""

from collections.abc import Callable, Mapping
from datetime import datetime

from s1ecs.masking import masked
from s1ecs.state.checkpoints import DeliveryCounts, WalkName
from s1ecs.state.inventory_rounds import RoundDoubt
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.signs_of_life import save_good
from s1ecs.state.postgresql.storable import storable
from s1ecs.state.postgresql.transaction import PgConnection
from s1ecs.state.status import Key, LastPoll, PollNote


class PostgresStatus:
    """The status of streams in one schema."""

    def __init__(self, database: PostgresDatabase, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def note(self, walk: WalkName, note: PollNote) -> None:
        """Save how a poll ended."""

        def save(connection: PgConnection) -> None:
            connection.execute(
                "INSERT INTO polls AS last (console, stream, polled, state, reason, newest)"
                " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (console, stream) DO UPDATE"
                " SET polled = excluded.polled, state = excluded.state, reason = excluded.reason,"
                " newest = coalesce(excluded.newest, last.newest)",
                [walk.console, walk.stream, note.polled, note.state, storable(masked(note.reason)), note.newest],
            )
            if note.state == "ok":
                save_good(connection, walk.console, walk.stream, self._clock())

        await self._database.run(save, durable=False)


def count_documents(connection: PgConnection, walk: WalkName, counts: DeliveryCounts) -> None:
    """Add what a commit makes durable to the documents of its stream."""
    if counts.delivered or counts.refused:
        connection.execute(
            "INSERT INTO polls AS last (console, stream, polled, state, reason, documents, refused)"
            " VALUES (%s, %s, %s, 'never polled', '', %s, %s) ON CONFLICT (console, stream) DO UPDATE"
            " SET documents = last.documents + excluded.documents, refused = last.refused + excluded.refused",
            [walk.console, walk.stream, counts.now, counts.delivered, counts.refused],
        )


def read_polls(connection: PgConnection) -> Mapping[Key, LastPoll]:
    """Return each stream's last poll."""
    rows = connection.execute(
        "SELECT console, stream, polled, state, reason, documents, newest, refused, walked, known, unseen,"
        " (SELECT count(*) FROM items WHERE (items.console, items.stream) = (polls.console, polls.stream)"
        " AND failed IS NOT NULL) FROM polls LEFT JOIN rounds USING (console, stream)"
    )
    return {
        Key(console, stream): LastPoll(
            *(polled, state, reason, documents, newest, failed, refused),
            None if walked is None else RoundDoubt(walked, known, unseen),
        )
        for console, stream, polled, state, reason, documents, newest, refused, walked, known, unseen, failed in rows
    }
