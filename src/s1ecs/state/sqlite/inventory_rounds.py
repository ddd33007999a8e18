"""Rounds of inventories in the state database."""

import sqlite3

from s1ecs.state.inventory_rounds import RoundDoubt, Rounds


def rounds_of(connection: sqlite3.Connection, console: str, stream: str) -> Rounds:
    """Return the rounds of a stream; 0 before the first."""
    row = connection.execute(
        "SELECT completed, walked, known, unseen FROM rounds WHERE (console, stream) = (?, ?)", (console, stream)
    ).fetchone()
    if row is None:
        return Rounds()
    completed, *doubt = row
    return Rounds(completed, None if doubt[0] is None else RoundDoubt(*doubt))


def save_rounds(connection: sqlite3.Connection, console: str, stream: str, rounds: Rounds) -> None:
    """Save the rounds of a stream."""
    doubt = (None, None, None) if rounds.doubt is None else rounds.doubt
    connection.execute(
        "INSERT INTO rounds (console, stream, completed, walked, known, unseen) VALUES (?, ?, ?, ?, ?, ?)"
        # Updated rather than replaced: the store marks what is gone from one round to the other.
        " ON CONFLICT DO UPDATE SET completed = excluded.completed, walked = excluded.walked, known = excluded.known,"
        " unseen = excluded.unseen",
        (console, stream, rounds.completed, *doubt),
    )


def count_entities(connection: sqlite3.Connection, console: str, stream: str, since: int, until: int) -> int:
    """Count the entities that were seen last in a round from `since` up to, but not including, `until`."""
    [(count,)] = connection.execute(
        "SELECT count(*) FROM things WHERE (console, stream) = (?, ?) AND round >= ? AND round < ?",
        (console, stream, since, until),
    )
    return int(count)


def known_entities(connection: sqlite3.Connection, console: str, stream: str) -> tuple[int, int]:
    """Count the entities that are not gone, and return the greatest round in which any was seen, complete or not."""
    [(count, greatest)] = connection.execute(
        "SELECT count(*), coalesce(max(round), 0) FROM things WHERE (console, stream) = (?, ?) AND round >= ?",
        (console, stream, rounds_of(connection, console, stream).completed),
    )
    return int(count), int(greatest)
