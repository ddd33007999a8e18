"""Two processes on one state: what one delivers while the other makes ready to, the other leaves out."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

from s1ecs.collect.delivery.entities import thing_of
from s1ecs.collect.poll import poll
from s1ecs.outputs.output import Batch, Capabilities, Delivered
from s1ecs.records import dumps, record_from_line
from s1ecs.state.checkpoints import LIVE, Commit, EntityStates, SeenIds, WalkName
from s1ecs.state.output_marks import Mark
from s1ecs.state.sqlite.checkpoints import SqliteCheckpoints
from s1ecs.state.sqlite.database import Database

from .conftest import FeedOf, RecordingOutput
from .lists import ListConsole
from .test_inventory import RISKS, risk
from .test_window import PATH, alert


@dataclass
class OtherProcess(RecordingOutput):
    """An output in whose first delivery another process commits the same documents' ids."""

    folder: Path = Path()
    walk: WalkName = field(default_factory=lambda: WalkName("", "", ""))
    advance: Commit = field(default_factory=lambda: Commit({}))

    async def deliver(self, batch: Batch) -> Delivered:
        """Take the batch; the first time another process is quicker."""
        if not self.delivered:
            database = await Database.open(self.folder)
            await SqliteCheckpoints(database).commit(self.walk, self.advance)
            await database.close()
        return await super().deliver(batch)


@dataclass
class Files:
    """An output that joins the commit and, unlike the store, keeps whatever it is given."""

    name: str = "files"
    ids: list[str] = field(default_factory=list)

    capabilities: Capabilities = field(default_factory=lambda: Capabilities(transactional=True))

    async def open(self, _mark: Mark) -> None:
        """Make ready."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Keep the ids, in the commit."""
        ids = [identity for identity, _ in batch.documents]
        return Delivered(writes=[lambda _: self.ids.extend(ids)])

    async def check(self) -> None:
        """Nothing is due."""

    async def close(self) -> None:
        """Let go."""


async def test_a_record_is_delivered_by_one_of_them(feed_of: FeedOf, lists: ListConsole, tmp_path: Path) -> None:
    """Ids that another process committed since they were looked up are left out of the commit."""
    feed = feed_of("unified_alert")
    lists.lists[PATH] = [alert("1", "11:00", "11:00"), alert("2", "11:01", "11:01")]
    first = feed.mapper.identify(record_from_line(dumps(lists.lists[PATH][0])))
    taken = Commit({}, seen=SeenIds([(first, "2026-01-02T11:00:00.000Z")]))
    other = OtherProcess(folder=tmp_path, walk=feed.walk("backfill of another"), advance=taken)
    files = Files()
    [outcome] = await poll(replace(feed, outputs=(other, files)), asyncio.Event(), lambda *_: None)
    assert (outcome.error, outcome.counts.delivered) == (None, 1)
    assert first not in files.ids
    assert len(files.ids) == 1


async def test_a_state_of_a_thing_is_delivered_by_one_of_them(
    feed_of: FeedOf, lists: ListConsole, tmp_path: Path
) -> None:
    """A thing whose state another process delivered meanwhile is left out likewise."""
    feed = feed_of("application_risk")
    lists.lists[RISKS] = [risk("a"), risk("b")]
    record = record_from_line(dumps(lists.lists[RISKS][0]))
    identity = feed.mapper.identify(record)
    taken = Commit({}, entities=EntityStates([(thing_of(record, feed.thing, identity), identity)], 0))
    files = Files()
    other = OtherProcess(folder=tmp_path, walk=feed.walk(f"not {LIVE}"), advance=taken)
    [outcome] = await poll(replace(feed, outputs=(other, files)), asyncio.Event(), lambda *_: None)
    assert outcome.error is None
    assert identity not in files.ids
    assert len(files.ids) == 1
