"""How the streams' last polls ended, for whoever reads beside the collector."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from s1ecs.state.reading import reading


class Key(NamedTuple):
    """A stream of a console."""

    console: str
    stream: str


@dataclass(frozen=True)
class LastPoll:
    """A stream's last poll: when (the console's clock, ISO 8601), its state and why; `documents` since the beginning.

    `refused` counts those of them that an output did not take, which came to lie among the dead letters. `newest` is
    the greatest time that a record had, None where none had one; `to_ask_again` counts the items whose own call failed.
    """

    polled: str
    state: str
    reason: str
    documents: int
    newest: str | None
    to_ask_again: int = 0
    refused: int = 0


def read_polls(state_folder: Path) -> Mapping[Key, LastPoll]:
    """Each stream's last poll, nothing before the first one; raise StateError where the state can't be read."""
    with reading(state_folder, "polls", "items") as connection:
        return {} if connection is None else dict(_polls(connection))


def _polls(connection: sqlite3.Connection) -> Iterator[tuple[Key, LastPoll]]:
    failed = {
        Key(console, stream): count
        for console, stream, count in connection.execute(
            "SELECT console, stream, count(*) FROM items WHERE failed IS NOT NULL GROUP BY console, stream"
        )
    }
    columns = {row[1] for row in connection.execute("PRAGMA table_info(polls)")}
    refused = "refused" if "refused" in columns else "0"
    told = connection.execute(
        f"SELECT console, stream, polled, state, reason, documents, newest, {refused} FROM polls"  # noqa: S608 - our own words
    )
    for console, stream, polled, state, reason, documents, newest, not_taken in told:
        key = Key(console, stream)
        yield key, LastPoll(polled, state, reason, documents, newest, failed.get(key, 0), not_taken)
