"""Delivering once more what outputs lack, whatever the checkpoints say of it, under the ids that it had."""

from collections.abc import Mapping, Sequence

from s1ecs.collect.checkpoint import Advance, Things, WalkName
from s1ecs.collect.deliver import documents_of
from s1ecs.collect.feed import Feed
from s1ecs.collect.give import give
from s1ecs.collect.holdings import Holding
from s1ecs.collect.things import latest_states, thing_of
from s1ecs.collect.walks.step import Step
from s1ecs.records import Record
from s1ecs.times import time_text

# What one output lacks: ids of records.
Lack = tuple[Holding, Sequence[str]]


async def repair(
    feed: Feed,
    walk: WalkName,
    lacks: Sequence[Lack],
    step: Step,
    missing: Mapping[str, tuple[Record, str]],
    *,
    known: frozenset[str],
) -> None:
    """Deliver the records `missing` (id -> record, its time), which came with `step`, to each output that lacks them.

    `lacks` names every output of the feed that can be asked. Only behind the last output, in the one commit there is,
    are the records remembered as delivered; and never where an output can't be asked: it may lack them, so the live
    walk must bring them to all. `known` were remembered before the outputs were asked. Raises OutputError, or
    DeliveredMeanwhile where another process delivered one of the others since; then nothing was remembered.
    """
    records = {identity: record for identity, (record, _) in missing.items()}
    documents, _ = documents_of(feed, step, records)
    states = ((identity, record, time) for identity, (record, time) in missing.items())
    latest = latest_states(states, feed.thing, step.fetched) if feed.thing else {}
    now = time_text(feed.client.now())
    lacking = ((holding.output, frozenset(ids)) for holding, ids in lacks)
    given = await give(feed, documents, lacking, latest, now)
    remembers = len(lacks) == len(feed.outputs)
    things = None
    if feed.thing and remembers:
        seen = [(thing_of(record, feed.thing, identity), identity) for identity, record in records.items()]
        things = Things(seen, await feed.checkpoints.completed(walk))
    advance = Advance(
        {},
        unknown=frozenset(missing) - known if not feed.thing else frozenset(),
        seen=[(identity, time) for identity, (_, time) in missing.items()] if remembers and not feed.thing else (),
        writes=given.writes,
        things=things,
        delivered=len(records.keys() - known),
        refused=given.refused,
        now=now,
    )
    await feed.checkpoints.commit(walk, advance)


async def delivered_before(feed: Feed, walk: WalkName, records: Mapping[str, Record]) -> frozenset[str]:
    """Those of the records (by id) that the checkpoints remember as delivered, to whichever output."""
    if not feed.thing:
        return await feed.checkpoints.known(walk, list(records))
    things = {identity: thing_of(record, feed.thing, identity) for identity, record in records.items()}
    states = await feed.checkpoints.states(walk, list(things.values()))
    return frozenset(identity for identity, thing in things.items() if states.get(thing) == identity)
