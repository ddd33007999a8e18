"""Retention beside collecting: what the settings say is kept to, commits get in between, errors end nothing."""

import asyncio
import itertools
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from s1ecs.collect.upkeep.retention import StoreRetention, keep_of, prune
from s1ecs.errors import StateFull
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import insert
from s1ecs.settings import load
from s1ecs.state.retention import Keep, Stepped
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.state import SqliteRetention

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A state database with a document of four kilobytes for each of the last 300 days."""
    opened = await Database.open(tmp_path)

    def fill(connection: sqlite3.Connection) -> None:
        documents: list[tuple[str, Mapping[str, Any]]] = [
            (f"{days:03}", {"@timestamp": f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%S.000Z}", "x": "x" * 4_000})
            for days in range(300)
        ]
        insert(connection, Batch("default", "default", "alert", documents))

    await opened.run(fill)
    yield opened
    await opened.close()


@pytest.fixture
def said() -> LogCapture:
    """What is logged."""
    return LogCapture()


Made = Callable[[Keep], StoreRetention]


@pytest.fixture
def retention(said: LogCapture) -> Made:
    """Makes a retention on the first of March 2026."""
    log = structlog.wrap_logger(None, processors=[said])
    return lambda keep: StoreRetention(keep, now=lambda: NOW, clock=time.monotonic, log=log)


async def count(database: Database) -> int:
    """How many documents there are."""
    return await database.run(lambda connection: connection.execute("SELECT count(*) FROM documents").fetchone()[0])


async def test_days(database: Database, retention: Made, said: LogCapture) -> None:
    """Documents of the last so many days stay; what was removed is said, once."""
    for _ in range(2):
        await retention(Keep(days=30)).once(SqliteRetention(database), asyncio.Event())
    assert await count(database) == 31
    [line] = said.entries
    assert line["event"] == "removed the 269 oldest documents from the store"


async def test_size(database: Database, retention: Made, said: LogCapture) -> None:
    """The file becomes as small as the setting says, and that is all there is to say."""
    await retention(Keep(size=1_000_000)).once(SqliteRetention(database), asyncio.Event())
    with closing(sqlite3.connect(database.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert 700_000 < database.path.stat().st_size <= 1_000_000
    assert [line["log_level"] for line in said.entries] == ["info"]


async def test_a_size_that_cannot_be_kept_is_said_once(database: Database, retention: Made, said: LogCapture) -> None:
    """Where the latest states alone need more room, a warning says so; not again at every pass."""

    def name_all(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO things SELECT console, stream, id, id, 1 FROM documents")

    await database.run(name_all)
    small = retention(Keep(size=1_000))
    for _ in range(2):
        await small.once(SqliteRetention(database), asyncio.Event())
    assert await count(database) == 300
    [line] = said.entries
    assert line["log_level"] == "warning"
    assert "increase keep_size" in line["event"]


async def test_commits_get_in_between(database: Database) -> None:
    """Whoever commits while many documents are removed waits for one step, not for all."""
    ticks = itertools.count()
    pruning = asyncio.create_task(
        prune(SqliteRetention(database), Keep(days=1), NOW, asyncio.Event(), lambda: next(ticks) * 0.005)
    )
    seen = set()
    while not pruning.done():
        seen.add(await count(database))
        await asyncio.sleep(0.005)
    assert (await pruning).removed == 298
    assert len(seen) > 2


async def test_stopping_ends_it_between_two_steps(database: Database) -> None:
    """A stop in the middle leaves the rest for the next time."""
    stop = asyncio.Event()
    steps = 0

    class Stopping(SqliteRetention):
        async def prune_step(self, *step: Any) -> Stepped:
            nonlocal steps
            steps += 1
            stop.set()
            return await super().prune_step(*step)

    pruned = await prune(Stopping(database), Keep(days=1), NOW, stop, clock=iter(range(1000)).__next__)
    assert steps == 1
    assert pruned.used is None
    assert await count(database) == 300 - pruned.removed


async def test_an_error_is_said_and_ends_nothing(database: Database, retention: Made, said: LogCapture) -> None:
    """A full disk is a warning, once; the next pass tries again."""
    tries = 0

    class Full(SqliteRetention):
        async def prune_step(self, *_: Any) -> Stepped:
            nonlocal tries
            tries += 1
            raise StateFull("no space left")

    stop = asyncio.Event()
    following = asyncio.create_task(
        retention(Keep(days=1)).until(Full(database), stop, every=timedelta(milliseconds=1))
    )
    for _ in range(100):
        await asyncio.sleep(0.001)
    stop.set()
    await following
    [line] = said.entries
    assert line["event"] == "the store was not pruned: no space left"
    assert tries >= 3


async def test_everything_is_kept_by_default(database: Database, retention: Made) -> None:
    """Without settings nothing is even looked at."""
    await retention(Keep()).until(SqliteRetention(database), asyncio.Event())
    assert await count(database) == 300


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ("[{type: store, keep_days: 30, keep_size: 1.5GB}]", Keep(30, 1_500_000_000)),
        ("[{type: store}]", Keep()),
        ("store", Keep()),
        ("", Keep()),
    ],
)
def test_what_the_settings_say(tmp_path: Path, outputs: str, expected: Keep) -> None:
    """keep_days and keep_size are the store's own settings; without them everything is kept."""
    settings = load(
        file=None, environment={"S1ECS_OUTPUTS": outputs}, flags={}, streams=["alert"], working_folder=tmp_path
    )
    assert keep_of(settings) == expected
