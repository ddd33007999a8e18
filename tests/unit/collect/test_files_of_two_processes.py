"""Two processes that fill one folder of files: what one wrote since the other read the folder lies there once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from s1ecs.collect.backfill.backfill import backfill
from s1ecs.collect.backfill.from_store import Filling
from s1ecs.collect.backfill.one_output import backfill_one
from s1ecs.collect.feed import Feed
from s1ecs.collect.period import Period
from s1ecs.collect.poll import poll
from s1ecs.collect.reconcile.reconcile import reconcile
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.files.ndjson import packer
from s1ecs.outputs.files.open_files import Rules
from s1ecs.outputs.files.output import Files, FilesEnvironment
from s1ecs.outputs.store import Store
from s1ecs.state.file_marks import GoodBytes
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.file_marks import SqliteFileMarks
from s1ecs.state.sqlite.state import SqliteState

from .conftest import FeedOf
from .lists import ListConsole
from .test_window import PATH, alert

DAY = datetime(2026, 1, 2, tzinfo=UTC)
PERIOD = Period(DAY, DAY + timedelta(hours=12))
NEWER = dict.fromkeys(("detectedAt", "updatedAt"), "2026-01-04T11:00:00.000Z") | {"id": "newer"}


class Overtaken(Files):
    """The files output of a process that has just read the folder for the first time when another one is at work."""

    other: Callable[[], None] = staticmethod(lambda: None)

    def _present(self, stream: str, ids: Sequence[str], good: GoodBytes) -> frozenset[str]:
        """What the folder held before the other process was at work."""
        found = super()._present(stream, ids, good)
        other, self.other = self.other, lambda: None
        other()
        return found


def written(root: Path) -> list[str]:
    """The ids in the folder, as often as they lie there."""
    lines = (line for path in (root / "files").glob("*.ndjson*") for line in path.read_bytes().splitlines())
    return [orjson.loads(line)["_id"] for line in lines]


@asynccontextmanager
async def process(root: Path) -> AsyncIterator[tuple[Database, Overtaken]]:
    """What a process has of its own: the open state database and the open output."""
    database = await Database.open(root)
    rules = Rules(1_000_000, timedelta(hours=1), ".ndjson")
    state = FilesEnvironment("state-a", database, SqliteFileMarks(), now=lambda: datetime.now(UTC), warn=pytest.fail)
    files = Overtaken(root / "files", rules, packer("none"), state)
    await files.open({})
    yield database, files
    await files.close()
    await database.close()


@pytest.fixture
def feed(feed_of: FeedOf, lists: ListConsole) -> Feed:
    """A stream with two alerts so old that no live walk remembers their ids, and a newer one."""
    lists.clock += timedelta(days=2)
    lists.lists[PATH] = [alert("1", "03:00", "03:00"), alert("2", "04:00", "04:00"), NEWER]
    return feed_of("unified_alert", first_poll=timedelta(days=7))


async def collected(feed: Feed, root: Path) -> None:
    """Collect in a process of its own, to the end: of what is old no id is remembered then."""
    async with process(root) as (database, files):
        mine = replace(feed, state=SqliteState(database), outputs=(files,))
        [outcome] = await poll(mine, asyncio.Event(), lambda *_: None)
        assert (outcome.error, outcome.counts.delivered) == (None, 3)
        [[forgotten]] = await database.run(lambda state: state.execute("SELECT count(*) = 1 FROM seen").fetchall())
        assert forgotten


async def backfilled(feed: Feed) -> None:
    """Backfill for all outputs."""
    outcome = await backfill(feed, PERIOD, asyncio.Event(), lambda *_: None)
    assert outcome is not None
    assert (outcome.error, outcome.counts.delivered) == (None, 0)


async def backfilled_alone(feed: Feed) -> None:
    """Backfill for the one output."""
    outcome = await backfill_one(feed, PERIOD, asyncio.Event(), lambda *_: None)
    assert outcome is not None
    assert (outcome.error, outcome.counts.delivered) == (None, 0)


async def repaired(feed: Feed) -> None:
    """Reconcile, and repair what is missing."""
    [finding] = [each async for each in reconcile(feed, PERIOD, asyncio.Event(), repairs=True)]
    assert (finding.error, finding.sound, finding.repaired.total()) == (None, True, 0)


@pytest.mark.parametrize("made", [backfilled, backfilled_alone, repaired])
async def test_what_live_collection_wrote_and_forgot_meanwhile(
    feed: Feed, tmp_path: Path, made: Callable[[Feed], Awaitable[None]]
) -> None:
    """A poll that delivers the same records and forgets their ids, between the look and the commit, is found out."""
    async with process(tmp_path) as (database, files):
        files.other = lambda: asyncio.run(collected(feed, tmp_path))
        await made(replace(feed, state=SqliteState(database), outputs=(files,)))
    ids = written(tmp_path)
    assert len(ids) == len(set(ids)) == 3


async def test_two_that_fill_the_folder_from_the_store(feed: Feed, store: Store, tmp_path: Path) -> None:
    """Two commands that fill one output at once, one of a single stream, give it each document once."""
    await poll(replace(feed, outputs=(store,)), asyncio.Event(), lambda *_: None)

    async def filled(streams: Sequence[str], new: int, other: Callable[[], None] = lambda: None) -> None:
        async with process(tmp_path) as (database, files):
            files.other = other
            found = await Filling(SqliteState(database), files, streams, DeadLetterFiles(tmp_path)).fill(
                asyncio.Event(), lambda *_: None
            )
            assert (found.error, found.whole, found.read, found.new) == (None, True, 3, new)

    await filled((), 0, lambda: asyncio.run(filled(("unified_alert",), 3)))
    ids = written(tmp_path)
    assert len(ids) == len(set(ids)) == 3
