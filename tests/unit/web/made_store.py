"""Stores for tests of the page: documents made up at random, by columns, and the entities among them."""

import random
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.timestamps import time_text
from s1ecs.web.questions.list_view import BY_STREAM
from tests.stored import open_store, put

from .plain_count import Stored

CONSOLES = ("north", "south", "west")
FIRST = datetime(2026, 1, 29, 12, tzinfo=UTC)
HOURS = 54
# Of any column; the same texts as other types, signs of patterns, the beginning of a list that is none.
TEXTS = ("WS-1", "ws-1", "WS-2", "a*b", "a?b", "[x", "[]", "7", "true", "")
WORDS = ("mimikatz", "lsass", "rundll32")
SEVERITIES = (99, 73, 47, 21, 10, 1.5)
TRUTHS = frozenset({"infected", "is_active", "up_to_date", "treat_as_threat", "agent_active"})


def document_of(stream: str, values: Mapping[str, Any], rank: int = 0) -> dict[str, Any]:
    """Make a document that has these values in the columns of its stream, in the field that has the rank."""
    document: dict[str, Any] = {}
    for column, paths in store_tables()[stream].columns:
        value = values.get(column)
        if value is not None:
            *parents, last = paths[min(rank, len(paths) - 1)].split(".")
            place = document
            for step in parents:
                place = place.setdefault(step, {})
            place[last] = value
    if values.get("time") is not None:
        document["@timestamp"] = values["time"]
    return document


def fill(folder: Path, streams: Sequence[str], count: int, seed: int = 1) -> list[Stored]:
    """Fill a store with random documents of some streams; return them."""
    chance = random.Random(seed)  # noqa: S311 - chance that can be repeated
    stored: list[Stored] = []
    with open_store(folder) as connection:
        for console in CONSOLES:
            for stream in streams:
                _complete(connection, console, stream)
        for number in range(count):
            stream = streams[number % len(streams)]
            console = chance.choice(CONSOLES)
            document = document_of(stream, _values(stream, chance), number % 2)
            latest = BY_STREAM[stream].latest and chance.random() < 0.8
            gone = latest and chance.random() < 0.2
            identity = f"{stream}-{number}"
            put(connection, stream, identity, document, console)
            if latest:
                see(connection, console, stream, identity, gone=gone)
            stored.append(Stored(number, identity, console, stream, document, latest, gone))
        connection.commit()
    return stored


def see(connection: sqlite3.Connection, console: str, stream: str, identity: str, *, gone: bool = False) -> None:
    """Make a document the latest state of an entity, which the last complete walk did not see if it is gone."""
    connection.execute(
        "INSERT INTO things (console, stream, thing, id, round) VALUES (?, ?, ?, ?, ?)",
        (console, stream, identity, identity, 1 if gone else 2),
    )


def _complete(connection: sqlite3.Connection, console: str, stream: str) -> None:
    connection.execute("INSERT INTO rounds (console, stream, completed) VALUES (?, ?, 2)", (console, stream))


def _values(stream: str, chance: random.Random) -> dict[str, Any]:
    view = BY_STREAM[stream]
    values: dict[str, Any] = {name: _value(name, chance) for name, _ in store_tables()[stream].columns}
    for name in view.many:
        values[name] = chance.choice([None, "T1", "[x", ["T1"], ["T1", "T2"], ["T2", "T1", "T2"]])
    if view.key:
        values[view.key] = chance.choice([None, *(f"object-{number}" for number in range(12))])
    if "command_line" in values:
        values["command_line"] = " ".join(chance.sample(WORDS, chance.randrange(3)))
    return values | {"time": _time(chance)}


def _value(name: str, chance: random.Random) -> Any:
    if chance.random() < 0.25:
        return None
    if name == "severity":
        return chance.choice(SEVERITIES)
    if name in TRUTHS:
        return chance.random() < 0.5
    return chance.choice(TEXTS)


def _time(chance: random.Random) -> str | None:
    if chance.random() < 0.1:
        return None
    hour = FIRST + timedelta(hours=chance.randrange(HOURS))
    within = chance.choice([0, 0, 1, 1_799_999, 1_800_000, 3_599_999])
    return time_text(hour + timedelta(milliseconds=within))
