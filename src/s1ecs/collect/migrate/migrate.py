"""Migration from Elastic's integration: checkpoints taken from the documents that it indexed.

The first poll starts an overlap before the newest document. Documents of that overlap are duplicates with the same ids
in the streams where the integration sets one; in the others they are delivered once more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from s1ecs.collect.feed import Feed
from s1ecs.collect.migrate.elastic_history import History
from s1ecs.collect.positions.time_position import TimePosition
from s1ecs.collect.strategies.clocked import first_bound
from s1ecs.ecs.layouts import layout_of_ecs, moved, tells_layout
from s1ecs.state.checkpoints import LIVE, Checkpoint, Commit
from s1ecs.streams import STREAMS
from s1ecs.timestamps import bound, earlier, time_text

# Elastic Agent sends in parallel and is cut off when it is stopped, so that shortly before the newest some may lack.
_OVERLAP = timedelta(hours=1)


@dataclass(frozen=True)
class Migration:
    """The plan for one stream: the position to set, None where there is none, and its explanation.

    `refused`: the stream cannot be migrated in this state. `since` is the start of the first poll.
    """

    feed: Feed
    history: History
    says: str
    position: TimePosition | None = None
    since: str | None = None
    refused: bool = False


@dataclass(frozen=True)
class MigrationScope:
    """Options of a migration: how far to go back before the newest document; whether to replace a checkpoint.

    Without an overlap it is an hour, or the setting `overlap` where that is more. `allow_mixed`: documents of another
    layout may follow those that are there.
    """

    overlap: timedelta | None = None
    force: bool = False
    allow_mixed: bool = False


def migration_of(
    feed: Feed, history: History, checkpoint: Checkpoint, *, shared: Sequence[str], wish: MigrationScope
) -> Migration:
    """Plan the migration of a stream; `shared` are the other consoles with documents in the same namespace."""
    mixed = "" if wish.allow_mixed else _mixed(feed, history)
    if mixed:
        return Migration(feed, history, mixed, refused=True)
    return _resumed(feed, history, checkpoint, shared=shared, wish=wish)


def _resumed(
    feed: Feed, history: History, checkpoint: Checkpoint, *, shared: Sequence[str], wish: MigrationScope
) -> Migration:
    reached = history.reached
    if not feed.stream.migrated_by:
        return Migration(feed, history, "not needed: the first poll reads the whole inventory again")
    if reached is None:
        return Migration(
            feed, history, _without_documents(history, feed.stream.migrated_by), refused=bool(history.untimed)
        )
    if shared:
        others = " and ".join(shared)
        says = (
            f"not set: the namespace is shared with {others} and documents do not name their console; "
            "select one with --console"
        )
        return Migration(feed, history, says, refused=True)
    if checkpoint.position and not wish.force:
        says = "not set: this stream already has a checkpoint; replace it with --force"
        return Migration(feed, history, says, refused=True)
    overlap = max(_OVERLAP, feed.pace.overlap) if wish.overlap is None else wish.overlap
    since = earlier(time_text(reached.replace(microsecond=0)), overlap)
    if not feed.thing:
        return Migration(feed, history, f"resume from {bound(since)}", TimePosition(since), since)
    # Each thing must be known once, or what is gone could never be noticed, nor would views and latest states be whole.
    first = min(first_bound(feed.pace, reached), since)
    return Migration(feed, history, "read all records at the first poll", TimePosition(first), first)


def _mixed(feed: Feed, history: History) -> str:
    """Say which fields would move if documents of the stream's layout followed those that are there; "" for none."""
    stream = feed.stream
    if history.newest_ecs is None or not tells_layout(stream.declared):
        return ""
    there = layout_of_ecs(history.newest_ecs[1])
    fields = moved(stream.declared)
    if there == stream.layout or not fields:
        return ""
    pairs = [f"{one} to {two}" if there == 1 else f"{two} to {one}" for one, two in fields.items()]
    return (
        f"not set: the newest document there has layout {there} and layout: {stream.layout} is set, which would move "
        f"{', '.join(pairs)}; set layout: {there}, or mix both with --allow-mixed"
    )


def _without_documents(history: History, field: str) -> str:
    if history.untimed:
        return (
            f"not set: none of {history.untimed} documents has {field}, which marks how far the stream was read; "
            "use s1ecs backfill --from TIME"
        )
    if history.ours:
        return "not needed: all documents were written by s1ecs"
    return "not needed: no documents found; the first poll starts as usual"


async def set_checkpoint(feed: Feed, position: TimePosition, *, force: bool) -> bool:
    """Set a stream's checkpoint; False if there was one meanwhile. Raise WalkTaken where a process collects it."""
    name = feed.walk(LIVE)
    async with feed.state.leases.held(feed.own_walks):
        if not force and (await feed.checkpoints.load(name)).position:
            return False
        await feed.checkpoints.commit(name, Commit(position.write()))
        return True


def sharing(feeds: Sequence[Feed]) -> Mapping[str, Sequence[str]]:
    """By console, the other consoles among those of the feeds whose documents lie in the same namespace."""
    namespaces = {feed.console: feed.namespace for feed in feeds}
    return {
        console: [other for other, theirs in namespaces.items() if theirs == namespace and other != console]
        for console, namespace in namespaces.items()
    }


def history_field(stream: str) -> str:
    """Give the field that tells how far a stream's documents reach."""
    return STREAMS[stream].migrated_by or "@timestamp"
