"""Delivering once more what an output lacks, whatever the checkpoints say of it, under the ids that it had."""

from collections.abc import Mapping
from functools import partial

from s1ecs.collect.checkpoint import Advance, Things, WalkName, Write
from s1ecs.collect.deliver import documents_of
from s1ecs.collect.feed import Feed
from s1ecs.collect.things import thing_of
from s1ecs.collect.times import time_text
from s1ecs.collect.walks.step import Step
from s1ecs.outputs.dead_letters import letters
from s1ecs.outputs.output import Batch, JoinsCommit, Output
from s1ecs.records import Record


async def repair(
    feed: Feed, walk: WalkName, output: Output | JoinsCommit, step: Step, missing: Mapping[str, tuple[Record, str]]
) -> None:
    """Deliver the records `missing` (id -> record, its time), which came with `step`, to one output.

    They are remembered as delivered, so that the live walk brings none of them again.
    """
    records = {identity: record for identity, (record, _) in missing.items()}
    documents, _ = documents_of(feed, step, records)
    now = time_text(feed.client.now())
    batch = Batch(feed.console, feed.namespace, feed.stream.name, documents)
    writes: list[Write] = []
    if isinstance(output, JoinsCommit):
        writes.append(partial(output.write, batch=batch))
    else:
        delivered = await output.deliver(batch)
        if dead := letters(batch, output.name, delivered.refused, now):
            writes.append(lambda _: feed.dead_letters.append(dead))
    before = await delivered_before(feed, walk, records)
    things = None
    if feed.thing:
        states = [(thing_of(record, feed.thing, identity), identity) for identity, record in records.items()]
        things = Things(states, await feed.checkpoints.completed(walk))
    advance = Advance(
        {},
        seen=() if feed.thing else [(identity, time) for identity, (_, time) in missing.items()],
        writes=writes,
        things=things,
        delivered=len(documents) - len(before),
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
