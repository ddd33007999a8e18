"""Signs of life, so that a dead collector is told from a quiet one. All times are this machine's, UTC."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from s1ecs.state.polls import Key
from s1ecs.state.reading import reading


@dataclass(frozen=True)
class Run:
    """The `run` that showed itself last; `ended` None: it was not told to stop, so it is at work or dead."""

    host: str
    pid: int
    started: datetime
    beat: datetime
    ended: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """When a stream's last poll without trouble ended, and when a step of it was saved last; None: never."""

    good: datetime | None = None
    moved: datetime | None = None


@dataclass(frozen=True)
class Token:
    """When a console's token expires, None where nobody tells, and when that was asked."""

    expires: datetime | None
    learned: datetime


@dataclass(frozen=True)
class Life:
    """All signs of life in a state folder."""

    run: Run | None = None
    progress: Mapping[Key, Progress] = field(default_factory=dict)
    tokens: Mapping[str, Token] = field(default_factory=dict)


def save_run(connection: sqlite3.Connection, run: Run) -> None:
    """Show a `run`: that it is at work, or that it was told to stop."""
    ended = None if run.ended is None else run.ended.isoformat()
    connection.execute(
        "INSERT OR REPLACE INTO runs (only, host, pid, started, beat, ended) VALUES (1, ?, ?, ?, ?, ?)",
        (run.host, run.pid, run.started.isoformat(), run.beat.isoformat(), ended),
    )


def save_good(connection: sqlite3.Connection, console: str, stream: str, moment: datetime) -> None:
    """Note that a poll ended without trouble."""
    connection.execute(
        "INSERT INTO progress (console, stream, good) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET good = excluded.good",
        (console, stream, moment.isoformat()),
    )


def save_moved(connection: sqlite3.Connection, console: str, stream: str, moment: datetime) -> None:
    """Note that a step was saved."""
    connection.execute(
        "INSERT INTO progress (console, stream, moved) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET moved = excluded.moved",
        (console, stream, moment.isoformat()),
    )


def save_token(connection: sqlite3.Connection, console: str, token: Token) -> None:
    """Note when a console's token expires."""
    expires = None if token.expires is None else token.expires.isoformat()
    connection.execute(
        "INSERT OR REPLACE INTO tokens (console, expires, learned) VALUES (?, ?, ?)",
        (console, expires, token.learned.isoformat()),
    )


def tokens(connection: sqlite3.Connection) -> Mapping[str, Token]:
    """Each console's token as last learned."""
    told = connection.execute("SELECT console, expires, learned FROM tokens")
    return {console: Token(_moment(expires), datetime.fromisoformat(learned)) for console, expires, learned in told}


def read_life(state_folder: Path) -> Life:
    """All signs of life, none before there is a state; raise StateError where it can't be read."""
    with reading(state_folder, "runs", "progress", "tokens") as connection:
        if connection is None:
            return Life()
        told = connection.execute("SELECT console, stream, good, moved FROM progress")
        progress = {
            Key(console, stream): Progress(_moment(good), _moment(moved)) for console, stream, good, moved in told
        }
        return Life(_run(connection), progress, tokens(connection))


def _run(connection: sqlite3.Connection) -> Run | None:
    row = connection.execute("SELECT host, pid, started, beat, ended FROM runs").fetchone()
    if row is None:
        return None
    host, pid, started, beat, ended = row
    return Run(host, pid, datetime.fromisoformat(started), datetime.fromisoformat(beat), _moment(ended))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
