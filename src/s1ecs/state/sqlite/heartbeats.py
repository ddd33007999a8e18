"""Signs of life in the state database."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import orjson

from s1ecs.state.heartbeats import ConsoleClock, Life, Run, StreamProgress, TokenExpiry
from s1ecs.state.sqlite.readonly import reading
from s1ecs.state.status import Key

# Among what the state says about itself stands the clock of each console, under this and its name.
_CLOCK_OF = "clock of "
# There stands the identity of the process of the `run`, too.
_PROCESS = "run process"


def save_run(connection: sqlite3.Connection, run: Run) -> None:
    """Save that a `run` is at work, or that it was told to stop."""
    ended = None if run.ended is None else run.ended.isoformat()
    connection.execute(
        "INSERT OR REPLACE INTO runs (only, host, pid, started, beat, ended) VALUES (1, ?, ?, ?, ?, ?)",
        (run.host, run.pid, run.started.isoformat(), run.beat.isoformat(), ended),
    )
    connection.execute("INSERT OR REPLACE INTO about (name, value) VALUES (?, ?)", (_PROCESS, run.process))


def save_good(connection: sqlite3.Connection, console: str, stream: str, moment: datetime) -> None:
    """Save that a poll ended without trouble."""
    connection.execute(
        "INSERT INTO progress (console, stream, good) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET good = excluded.good",
        (console, stream, moment.isoformat()),
    )


def save_moved(connection: sqlite3.Connection, console: str, stream: str, moment: datetime) -> None:
    """Save when a step was saved."""
    connection.execute(
        "INSERT INTO progress (console, stream, moved) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET moved = excluded.moved",
        (console, stream, moment.isoformat()),
    )


def save_token(connection: sqlite3.Connection, console: str, token: TokenExpiry) -> None:
    """Save when a console's token expires."""
    expires = None if token.expires is None else token.expires.isoformat()
    connection.execute(
        "INSERT OR REPLACE INTO tokens (console, expires, learned) VALUES (?, ?, ?)",
        (console, expires, token.learned.isoformat()),
    )


def tokens(connection: sqlite3.Connection) -> Mapping[str, TokenExpiry]:
    """Return each console's token as last learned."""
    told = connection.execute("SELECT console, expires, learned FROM tokens")
    return {
        console: TokenExpiry(_moment(expires), datetime.fromisoformat(learned)) for console, expires, learned in told
    }


def save_clock(connection: sqlite3.Connection, console: str, clock: ConsoleClock) -> None:
    """Save how far a console's clock is ahead of ours."""
    told = orjson.dumps({"ahead": clock.ahead, "learned": clock.learned.isoformat()}).decode()
    connection.execute("INSERT OR REPLACE INTO about (name, value) VALUES (?, ?)", (f"{_CLOCK_OF}{console}", told))


def _clocks(connection: sqlite3.Connection) -> Mapping[str, ConsoleClock]:
    rows = connection.execute("SELECT name, value FROM about WHERE substr(name, 1, ?) = ?", (len(_CLOCK_OF), _CLOCK_OF))
    told = {name[len(_CLOCK_OF) :]: orjson.loads(value) for name, value in rows}
    return {name: ConsoleClock(each["ahead"], datetime.fromisoformat(each["learned"])) for name, each in told.items()}


def read_life(state_folder: Path) -> Life:
    """Return all signs of life, none before there is a state; raise StateError if it can't be read."""
    with reading(state_folder, "runs", "progress", "tokens") as connection:
        if connection is None:
            return Life()
        told = connection.execute("SELECT console, stream, good, moved FROM progress")
        progress = {
            Key(console, stream): StreamProgress(_moment(good), _moment(moved)) for console, stream, good, moved in told
        }
        return Life(_run(connection), progress, tokens(connection), _clocks(connection))


def _run(connection: sqlite3.Connection) -> Run | None:
    row = connection.execute("SELECT host, pid, started, beat, ended FROM runs").fetchone()
    if row is None:
        return None
    host, pid, started, beat, ended = row
    told = connection.execute("SELECT value FROM about WHERE name = ?", (_PROCESS,)).fetchone()
    process = told[0] if told else ""
    return Run(host, pid, datetime.fromisoformat(started), datetime.fromisoformat(beat), _moment(ended), process)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
