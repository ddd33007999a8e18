"""Adopting: s1ecs goes on where Elastic's integration stopped, as its own documents tell.

From the newest document of a stream the first poll goes back an overlap. What Elastic's integration had indexed of it
is there under the same ids in the streams where it sets one; in the others it comes once more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from s1ecs.collect.checkpoint import LIVE, Advance, Checkpoint, Position
from s1ecs.collect.feed import Feed
from s1ecs.collect.history import History
from s1ecs.collect.live import first_bound
from s1ecs.times import bound, earlier, time_text

# Elastic Agent sends in parallel and is cut off when it is stopped, so that shortly before the newest some may lack.
_OVERLAP = timedelta(hours=1)

# The field that tells how far the integration's walk got: the time that it asks and sorts by. Unified alerts it walks
# by two times, the one of detection first, so that by the other it may not have asked yet for what is as late. A
# threat's events lie before the change of the threat that they are found by. What is not here is read whole.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "activity": "@timestamp",
        "agent": "@timestamp",
        "alert": "@timestamp",
        "group": "@timestamp",
        "threat": "@timestamp",
        "threat_event": "event.created",
        "unified_alert": "sentinel_one.unified_alert.detected_at",
    }
)


@dataclass(frozen=True)
class Adoption:
    """What adopting a stream comes to: the position to set, None where there is none, and the words that say so.

    `refused`: the stream can't be adopted as things are. `since` is where the first poll begins.
    """

    feed: Feed
    history: History
    says: str
    position: Position | None = None
    since: str | None = None
    refused: bool = False


@dataclass(frozen=True)
class Wish:
    """How adopting is asked for: how far to go back before the newest document; whether to replace a checkpoint.

    Without an overlap it is an hour, or the setting `overlap` where that is more.
    """

    overlap: timedelta | None = None
    force: bool = False


def adoption(feed: Feed, history: History, checkpoint: Checkpoint, *, shared: Sequence[str], wish: Wish) -> Adoption:
    """What to set for a stream; `shared` are the other consoles whose documents lie in the same namespace."""
    reached = history.reached
    if feed.stream.name not in FIELDS:
        return Adoption(feed, history, "nothing to set: the first poll reads the whole inventory once more")
    if reached is None:
        return Adoption(feed, history, _without_documents(history))
    if shared:
        others = " and ".join(shared)
        says = f"not set: {others} has the same namespace, and documents don't tell whose they are; --console does"
        return Adoption(feed, history, says, refused=True)
    if checkpoint.position and not wish.force:
        says = "not set: s1ecs collects it already and goes on from its own checkpoint; --force replaces that"
        return Adoption(feed, history, says, refused=True)
    overlap = max(_OVERLAP, feed.pace.overlap) if wish.overlap is None else wish.overlap
    since = earlier(time_text(reached.replace(microsecond=0)), overlap)
    if not feed.thing:
        return Adoption(feed, history, f"goes on from {bound(since)}", {"first": since}, since)
    # Each thing must be known once, or what is gone could never be noticed, nor would views and latest states be whole.
    first = min(first_bound(feed, reached), since)
    return Adoption(feed, history, "the first poll reads all of them", {"first": first}, first)


def _without_documents(history: History) -> str:
    if history.ours:
        return "nothing to set: all documents there are s1ecs's own"
    return "nothing to set: no documents; the first poll is as usual"


async def adopt(feed: Feed, position: Position, *, force: bool) -> bool:
    """Set a stream's checkpoint; False if there was one meanwhile. Raise WalkTaken where a process collects it."""
    name = feed.walk(LIVE)
    async with feed.checkpoints.held(feed.own_walks):
        if not force and (await feed.checkpoints.load(name)).position:
            return False
        await feed.checkpoints.commit(name, Advance(position))
        return True


def sharing(feeds: Sequence[Feed]) -> Mapping[str, Sequence[str]]:
    """By console, the other consoles among those of the feeds whose documents lie in the same namespace."""
    namespaces = {feed.console: feed.namespace for feed in feeds}
    return {
        console: [other for other, theirs in namespaces.items() if theirs == namespace and other != console]
        for console, namespace in namespaces.items()
    }


def history_field(stream: str) -> str:
    """The field that tells how far a stream's documents reach."""
    return FIELDS.get(stream, "@timestamp")
