"""What a collector takes for gone though the console still has it: an inventory that was ended too early."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from chaos.collector import Place
from chaos.console import Console
from chaos.held import held_ids

# As the views of the latest states have it; no thing of the stand-in comes back once it was removed.
_GONE = """
    SELECT things.id FROM things JOIN rounds ON (rounds.console, rounds.stream) = (things.console, things.stream)
    WHERE things.stream = ? AND things.round >= 0 AND things.round < rounds.completed
"""
STREAMS = ("application", "application_risk")


def wrongly_gone(place: Place, console: Console, streams: Sequence[str]) -> set[tuple[str, str]]:
    """The things, as stream and id of their state, that are gone in the state and there in the console.

    Of a collector that runs: the next whole walk finds them again, so this is to be looked at often.
    """
    return {
        (stream, identity)
        for stream in STREAMS
        if stream in streams and (gone := _gone(place.state / "s1ecs.db", stream))
        for identity in gone & held_ids(stream, console.held(stream)).readable
    }


def _gone(database: Path, stream: str) -> set[str]:
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            return {row[0] for row in connection.execute(_GONE, (stream,))}
    except sqlite3.OperationalError:
        # There is nothing yet.
        return set()
