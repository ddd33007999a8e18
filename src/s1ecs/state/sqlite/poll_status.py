"""The status of streams in the state database."""

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from s1ecs.masking import masked
from s1ecs.state.checkpoints import WalkName
from s1ecs.state.inventory_rounds import RoundDoubt
from s1ecs.state.sqlite.readonly import reading
from s1ecs.state.status import Key, LastPoll, PollNote

# Words of earlier versions, which are in their databases until the next poll.
_SAID_BEFORE = {"set aside": "skipped"}


def save_note(connection: sqlite3.Connection, walk: WalkName, note: PollNote) -> None:
    """Save how a poll ended."""
    connection.execute(
        "INSERT INTO polls (console, stream, polled, state, reason, documents, newest)"
        " VALUES (?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO UPDATE SET polled = excluded.polled,"
        " state = excluded.state, reason = excluded.reason, newest = coalesce(excluded.newest, newest)",
        (walk.console, walk.stream, note.polled, note.state, masked(note.reason), note.newest),
    )


def read_polls(state_folder: Path) -> Mapping[Key, LastPoll]:
    """Return each stream's last poll, nothing before the first; raise StateError if the state can't be read."""
    with reading(state_folder, "polls", "items") as connection:
        return {} if connection is None else dict(_polls(connection))


def _polls(connection: sqlite3.Connection) -> Iterator[tuple[Key, LastPoll]]:
    failed = {
        Key(console, stream): count
        for console, stream, count in connection.execute(
            "SELECT console, stream, count(*) FROM items WHERE failed IS NOT NULL GROUP BY console, stream"
        )
    }
    refused = "refused" if _has(connection, "polls", "refused") else "0"
    doubts = _doubts(connection) if _has(connection, "rounds", "walked") else {}
    told = connection.execute(
        f"SELECT console, stream, polled, state, reason, documents, newest, {refused} FROM polls"  # noqa: S608 - our own words
    )
    for console, stream, polled, state, reason, documents, newest, not_taken in told:
        key = Key(console, stream)
        yield (
            key,
            LastPoll(
                polled,
                _SAID_BEFORE.get(state, state),
                reason,
                documents,
                newest,
                failed.get(key, 0),
                not_taken,
                doubts.get(key),
            ),
        )


def _doubts(connection: sqlite3.Connection) -> Mapping[Key, RoundDoubt]:
    rows = connection.execute("SELECT console, stream, walked, known, unseen FROM rounds WHERE walked IS NOT NULL")
    return {Key(console, stream): RoundDoubt(*doubt) for console, stream, *doubt in rows}


def _has(connection: sqlite3.Connection, table: str, column: str) -> bool:
    return any(row[1] == column for row in connection.execute(f"PRAGMA table_info({table})"))
