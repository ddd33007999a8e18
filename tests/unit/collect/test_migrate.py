"""Where a first poll begins behind what Elastic's integration collected."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from s1ecs.collect.feed import Feed
from s1ecs.collect.migrate.elastic_history import History, histories
from s1ecs.collect.migrate.migrate import Migration, MigrationScope, migration_of, set_checkpoint, sharing
from s1ecs.collect.positions.time_position import TimePosition
from s1ecs.collect.walks.live import live_walk
from s1ecs.ecs.table import Layout
from s1ecs.errors import OutputError, WalkTaken
from s1ecs.outputs.search.client.server import Reply, ServerKind
from s1ecs.state.checkpoints import LIVE, Checkpoint
from s1ecs.streams import STREAMS, stream_in
from s1ecs.streams.collection_modes import Inventory

from .conftest import NOW, ScriptedConsole

NEWEST = datetime(2026, 1, 2, 10, 30, 15, 500_000, tzinfo=UTC)
INGESTED = datetime(2026, 1, 2, 10, 31, tzinfo=UTC)
HISTORY = History(documents=7, newest=NEWEST, ingested=INGESTED)


def of_stream(feed: Feed, name: str) -> Feed:
    """The feed for another stream."""
    stream = STREAMS[name]
    pace = replace(feed.pace, first_poll=stream.ask.first_poll)
    return replace(feed, stream=stream, ask=stream.ask, pace=pace)


def planned(
    feed: Feed,
    history: History = HISTORY,
    *,
    position: Mapping[str, Any] | None = None,
    shared: tuple[str, ...] = (),
    wish: MigrationScope | None = None,
) -> Migration:
    """The plan for this feed."""
    return migration_of(feed, history, Checkpoint(position or {}), shared=shared, wish=wish or MigrationScope())


@pytest.mark.parametrize("name", ["activity", "alert", "threat", "threat_event", "unified_alert"])
def test_streams_by_time_go_back_an_overlap(feed: Feed, name: str) -> None:
    """The first poll begins an hour before the newest document, in whole seconds, so that nothing in between lacks."""
    assert planned(of_stream(feed, name)).position == TimePosition("2026-01-02T09:30:15.000Z")


@pytest.mark.parametrize("name", ["agent", "group"])
def test_agents_and_groups_are_read_whole(feed: Feed, name: str) -> None:
    """Each must be known once: the first poll reads all, or what the overlap asks where it was set to read less."""
    chosen = of_stream(feed, name)
    assert planned(chosen).position == TimePosition("1970-01-01T00:00:00.000Z")
    short = replace(chosen, pace=replace(chosen.pace, first_poll=timedelta(minutes=1)))
    assert planned(short).position == TimePosition("2026-01-02T09:30:15.000Z")


@pytest.mark.parametrize("name", ["application", "application_risk"])
def test_whole_inventories_have_nothing_to_set(feed: Feed, name: str) -> None:
    """An inventory that no time filters is read whole anyway."""
    found = planned(of_stream(feed, name))
    assert (found.position, found.refused) == (None, False)


def test_every_stream_is_judged_by_a_field_or_is_a_whole_inventory() -> None:
    """No stream lacks the field that tells how far its documents reach, but those that are read whole each time."""
    whole = {name for name, stream in STREAMS.items() if isinstance(stream.ask, Inventory)}
    assert {name for name, stream in STREAMS.items() if not stream.migrated_by} == whole


def test_a_clock_that_is_ahead_opens_no_hole(feed: Feed) -> None:
    """No record was read after it was indexed: where a time says otherwise, the time of indexing counts."""
    ahead = replace(HISTORY, newest=INGESTED + timedelta(days=1))
    assert planned(feed, ahead).position == TimePosition("2026-01-02T09:31:00.000Z")
    assert planned(feed, replace(ahead, ingested=None)).position == TimePosition("2026-01-03T09:31:00.000Z")


def test_the_overlap_is_as_long_as_wanted(feed: Feed) -> None:
    """A longer setting `overlap` counts, and what the command line says counts before both."""
    slow = replace(feed, pace=replace(feed.pace, overlap=timedelta(hours=2)))
    assert planned(slow).since == "2026-01-02T08:30:15.000Z"
    assert planned(slow, wish=MigrationScope(timedelta(0))).since == "2026-01-02T10:30:15.000Z"


@pytest.mark.parametrize(("version", "there"), [("8.11.0", 1), ("9.3.0", 2)])
@pytest.mark.parametrize("layout", [1, 2])
def test_layouts_are_not_mixed(feed: Feed, version: str, there: Layout, layout: Layout) -> None:
    """Documents of another layout than the newest follow only where that is wanted; the fields that move are named."""
    chosen = replace(of_stream(feed, "threat"), stream=stream_in("threat", layout))
    history = replace(HISTORY, newest_ecs=(NEWEST, version))
    found = planned(chosen, history)
    assert found.refused == (layout != there)
    if found.refused:
        one, two = "sentinel_one.threat.classification", "sentinel_one.threat_classification.name"
        assert f"{one} to {two}" in found.says or f"{two} to {one}" in found.says
        assert f"set layout: {there}, or mix both with --allow-mixed" in found.says
    assert planned(chosen, history, wish=MigrationScope(allow_mixed=True)).position is not None


@pytest.mark.parametrize("name", ["application_risk", "unified_alert"])
def test_what_moves_nowhere_mixes(feed: Feed, name: str) -> None:
    """A stream whose fields are the same in both layouts goes on."""
    chosen = replace(of_stream(feed, name), stream=stream_in(name, 2))
    assert not planned(chosen, replace(HISTORY, newest_ecs=(NEWEST, "8.11.0"))).refused


def test_inventories_are_not_mixed_either(feed: Feed) -> None:
    """An inventory that needs no checkpoint is refused, too: it would be written in the other layout."""
    chosen = replace(of_stream(feed, "application"), stream=stream_in("application", 2))
    found = planned(chosen, replace(HISTORY, newest_ecs=(NEWEST, "8.17.0")))
    assert (found.refused, found.position) == (True, None)


def test_without_documents_the_first_poll_is_as_usual(feed: Feed) -> None:
    """Nothing is set where nothing tells where to go on; s1ecs's own documents don't."""
    for history in (History(), History(ours=3)):
        found = planned(feed, history)
        assert (found.position, found.refused) == (None, False)
    assert "s1ecs" in planned(feed, History(ours=3)).says


def test_a_checkpoint_that_exists_is_replaced_only_by_force(feed: Feed) -> None:
    """What s1ecs collected itself is not forgotten by mistake."""
    there = {"first": "2026-01-02T11:00:00Z"}
    found = planned(feed, position=there)
    assert (found.position, found.refused) == (None, True)
    assert planned(feed, position=there, wish=MigrationScope(force=True)).position == TimePosition(
        "2026-01-02T09:30:15.000Z"
    )


def test_consoles_with_one_namespace_are_refused(feed: Feed) -> None:
    """Documents do not tell whose they are, so of two consoles one must be chosen; inventories need none."""
    found = planned(feed, shared=("other",))
    assert (found.position, found.refused) == (None, True)
    assert "other" in found.says
    assert "--console" in found.says
    assert not planned(of_stream(feed, "application"), shared=("other",)).refused


def test_who_shares_a_namespace(feed: Feed) -> None:
    """Consoles are told apart by their names, and only those of one namespace stand in each other's way."""
    feeds = [replace(feed, console=name, namespace=space) for name, space in (("a", "x"), ("b", "x"), ("c", "y"))]
    assert sharing([*feeds, of_stream(feeds[0], "threat")]) == {"a": ["b"], "b": ["a"], "c": []}


async def test_the_first_poll_begins_there(feed: Feed, console: ScriptedConsole) -> None:
    """The console is asked from the resumed time on, whatever the first poll's own look-back is."""
    found = planned(feed)
    assert found.position is not None
    assert await set_checkpoint(feed, found.position, force=False)
    walk = live_walk(feed, await feed.checkpoints.load(feed.walk(LIVE)), NOW, 0, lambda _: None)
    async for _ in walk.steps:
        pass
    assert [asked["createdAt__gte"] for asked in console.asked] == ["2026-01-02T09:30:15Z"]


async def test_a_checkpoint_that_came_meanwhile_stays(feed: Feed) -> None:
    """Between looking and setting another process may have collected; its checkpoint is kept."""
    assert await set_checkpoint(feed, TimePosition("2026-01-01T00:00:00Z"), force=False)
    assert not await set_checkpoint(feed, TimePosition("2026-01-02T00:00:00Z"), force=False)
    assert TimePosition.read((await feed.checkpoints.load(feed.walk(LIVE))).position) == TimePosition(
        "2026-01-01T00:00:00Z"
    )


async def test_a_stream_that_is_collected_now_is_refused(feed: Feed) -> None:
    """A running collector holds the stream's walks; it is named, and nothing is set under its feet."""
    async with feed.state.leases.held(feed.own_walks):
        with pytest.raises(WalkTaken, match="process"):
            await set_checkpoint(feed, TimePosition("2026-01-01T00:00:00Z"), force=False)
    assert (await feed.checkpoints.load(feed.walk(LIVE))).position == {}


@dataclass
class AnsweringServer:
    """A search server that gives one answer."""

    reply: Reply
    asked: list[str] = field(default_factory=list)
    kind: ServerKind = "elasticsearch"
    name: str = "elasticsearch"

    async def request(self, method: str, path: str, *_: Any, **__: Any) -> Reply:
        """Give the answer."""
        self.asked.append(f"{method} {path}")
        return self.reply

    async def close(self) -> None:
        """Let go."""


def bucket(index: str, newest: datetime | None, documents: int = 1, ours: int = 0) -> dict[str, Any]:
    """What a server tells of one backing index."""
    value = None if newest is None else newest.timestamp() * 1000
    theirs = {"doc_count": documents, "newest": {"value": value}, "ingested": {"value": None}}
    return {"key": index, "theirs": theirs, "ours": {"doc_count": ours}}


async def test_backing_indices_are_put_together_by_namespace() -> None:
    """The newest of all backing indices of a namespace counts, however the server names them."""
    buckets = [
        bucket(".ds-logs-sentinel_one.alert-default-2026.01.01-000001", NEWEST),
        bucket(".ds-logs-sentinel_one.alert-default-2026.01.02-000002", None, documents=0, ours=4),
        bucket(".ds-logs-sentinel_one.alert-prod-000001", INGESTED),
        bucket("logs-sentinel_one.alert-prod", NEWEST, documents=2),
    ]
    server = AnsweringServer(Reply(200, {"aggregations": {"indices": {"buckets": buckets}}}))
    assert await histories(server, "alert", "@timestamp", NOW) == {
        "default": History(1, NEWEST, None, 4),
        "prod": History(3, INGESTED, None, 0),
    }
    assert server.asked == ["POST /logs-sentinel_one.alert-*/_search"]


async def test_the_version_of_the_newest_document_counts() -> None:
    """Of all backing indices, the ECS version of the newest document tells the layout that would be continued."""
    old, new = ({"key": version, "newest": {"value": value}} for version, value in (("8.11.0", 1.0), ("9.3.0", 2.0)))
    buckets = [
        bucket(".ds-logs-sentinel_one.alert-default-000002", NEWEST) | {"versions": {"of": {"buckets": [new]}}},
        bucket(".ds-logs-sentinel_one.alert-default-000001", NEWEST) | {"versions": {"of": {"buckets": [old]}}},
    ]
    server = AnsweringServer(Reply(200, {"aggregations": {"indices": {"buckets": buckets}}}))
    [history] = (await histories(server, "alert", "@timestamp", NOW)).values()
    assert history.newest_ecs is not None
    assert history.newest_ecs[1] == "9.3.0"


@dataclass
class DatedServer(AnsweringServer):
    """A search server with documents of two versions of ECS, one of them dated in the future."""

    async def request(self, method: str, path: str, *sent: Any, **_: Any) -> Reply:
        """Count the documents that the request's filter of versions lets through."""
        self.asked.append(f"{method} {path}")
        asked = sent[0]["aggs"]["indices"]["aggs"]["versions"]
        until = datetime.fromisoformat(asked["filter"]["range"]["@timestamp"]["lte"])
        documents = {"9.3.0": NEWEST, "8.11.0": datetime(2099, 1, 1, tzinfo=UTC)}
        buckets = [
            {"key": version, "newest": {"value": moment.timestamp() * 1000}}
            for version, moment in documents.items()
            if moment <= until
        ]
        found = bucket(".ds-logs-sentinel_one.alert-default-000001", NEWEST)
        found["versions"] = {next(iter(asked["aggs"])): {"buckets": buckets}}
        return Reply(200, {"aggregations": {"indices": {"buckets": [found]}}})


async def test_a_document_of_the_future_tells_no_layout() -> None:
    """One document of another layout that is dated in 2099 does not make every migration refuse."""
    [history] = (await histories(DatedServer(Reply(200, {})), "alert", "@timestamp", NOW)).values()
    assert history.newest_ecs == (NEWEST, "9.3.0")


async def test_no_index_at_all_is_no_history() -> None:
    """A cluster that Elastic's integration never wrote to is none to go on from, and no error."""
    assert await histories(AnsweringServer(Reply(200, {"hits": {}})), "alert", "@timestamp", NOW) == {}


async def test_a_search_that_fails_is_no_empty_history() -> None:
    """Where the server can't tell everything, nothing is concluded from it."""
    failed = Reply(503, {"error": {"reason": "all shards failed"}})
    with pytest.raises(OutputError, match="all shards failed"):
        await histories(AnsweringServer(failed), "alert", "@timestamp", NOW)
