"""Delivering once more what outputs lack, whatever the checkpoints say of it, under the ids that it had."""

from collections.abc import Mapping, Sequence

from s1ecs.collect.delivery.documents import documents_of
from s1ecs.collect.delivery.entities import states_of, thing_of
from s1ecs.collect.delivery.fan_out import fan_out
from s1ecs.collect.delivery.output_contents import OutputContents
from s1ecs.collect.feed import Feed
from s1ecs.collect.strategies.step import Step
from s1ecs.records import Record
from s1ecs.state.checkpoints import Commit, DeliveryCounts, EntityStates, SeenIds, WalkName
from s1ecs.timestamps import time_text

# What one output lacks: ids of records.
Lack = tuple[OutputContents, Sequence[str]]


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
    mapped = await documents_of(feed, step, records.values())
    documents = [(identity, each.document) for identity, each in zip(records, mapped, strict=True)]
    states = ((identity, record, time) for identity, (record, time) in missing.items())
    latest = states_of(feed.stream, states, feed.thing, step.fetched, feed.gate.born)
    now = time_text(feed.client.now())
    lacking = ((holding.output, frozenset(ids)) for holding, ids in lacks)
    given = await fan_out(feed, documents, lacking, latest, now, asked=frozenset(missing))
    remembers = len(lacks) == len(feed.outputs)
    entities = EntityStates()
    if feed.thing and remembers:
        seen = [(thing_of(record, feed.thing, identity), identity) for identity, record in records.items()]
        entities = EntityStates(seen, (await feed.checkpoints.rounds(walk)).walked)
    commit = Commit(
        {},
        seen=SeenIds(
            [(identity, time) for identity, (_, time) in missing.items()] if remembers and not feed.thing else (),
            unknown=frozenset(missing) - known if not feed.thing else frozenset(),
        ),
        entities=entities,
        writes=given.writes,
        marks=given.marks,
        counts=DeliveryCounts(len(records.keys() - known), given.refused, now),
    )
    await feed.checkpoints.commit(walk, commit)


async def delivered_before(feed: Feed, walk: WalkName, records: Mapping[str, Record]) -> frozenset[str]:
    """Find those of the records (by id) that the checkpoints remember as delivered, to whichever output."""
    if not feed.thing:
        return await feed.checkpoints.known(walk, list(records))
    things = {identity: thing_of(record, feed.thing, identity) for identity, record in records.items()}
    states = await feed.checkpoints.states(walk, list(things.values()))
    return frozenset(identity for identity, thing in things.items() if states.get(thing) == identity)
