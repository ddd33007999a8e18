"""Delivery of a step: deduplicate, redact, map, send to every output, commit. One function for every strategy."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from s1ecs.collect.delivery.documents import PreparedStep, documents_of
from s1ecs.collect.delivery.entities import latest_by_thing, states_of, thing_of
from s1ecs.collect.delivery.fan_out import fan_out
from s1ecs.collect.delivery.output_contents import output_contents
from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Counts
from s1ecs.collect.strategies.walk import Walk
from s1ecs.errors import DeliveredMeanwhile
from s1ecs.outputs.output import Entity, acknowledge
from s1ecs.records import canonical
from s1ecs.slices import Slices
from s1ecs.state.checkpoints import Commit, DeliveryCounts, EntityStates, ItemResults, Position, SeenIds
from s1ecs.timestamps import time_text


class _New(NamedTuple):
    """News of a step: places of records in it, by id, which of them each output lacks, and what the commit saves.

    `read` tells the time of each id, of which `remembered` are to be known from now on. `unknown` are ids that the
    commit must find unknown still, and `entities` what it saves of entities. `latest` tells by id which records are the
    latest state of their thing. `fresh` is how many are new, where not all of the records are. `asked` are the ids that
    outputs were asked for.
    """

    records: Mapping[str, int]
    lacking: Sequence[frozenset[str]]
    read: Mapping[str, str] = MappingProxyType({})
    unknown: frozenset[str] = frozenset()
    remembered: frozenset[str] = frozenset()
    entities: EntityStates = EntityStates()
    latest: Mapping[str, Entity] = MappingProxyType({})
    fresh: int | None = None
    asked: frozenset[str] = frozenset()


async def deliver(feed: Feed, walk: Walk, prepared: PreparedStep, position: Position) -> Counts:
    """Deliver a step's new documents to every output, then save `position`.

    The checkpoint moves only after every output took the documents; if one raises, nothing was saved and the step
    comes again. What an output refuses is among the dead letters before the checkpoint moves. Where another process
    delivered some of the records meanwhile, what is new is found out once more.
    """
    while True:
        try:
            return await _deliver(feed, walk, prepared, position)
        except DeliveredMeanwhile:
            continue


async def _deliver(feed: Feed, walk: Walk, prepared: PreparedStep, position: Position) -> Counts:
    alone, step = walk.memory.one_output, prepared.step
    new = await (_new_for_one if alone else _new_things if feed.thing else _new_records)(feed, walk, prepared)
    places = new.records.values()
    if prepared.documents:
        mapped = [prepared.documents[place] for place in places]
    else:
        mapped = await documents_of(feed, step, [step.records[place] for place in places])
    documents = [(identity, each.document) for identity, each in zip(new.records, mapped, strict=True)]
    failed = sum(each.failed for each in mapped)
    clocks = feed.client.clocks()
    now, tried = time_text(clocks.console), time_text(clocks.ours)
    # What is shown at once comes last: where another output is in the way, nothing was shown.
    pairs = sorted(zip(feed.outputs, new.lacking, strict=True), key=lambda pair: pair[0].capabilities.acknowledged)
    given = await fan_out(feed, documents, pairs, new.latest, now, asked=new.asked)
    remembered = [(identity, time) for identity, time in new.read.items() if identity in new.remembered]
    failures = [
        (failure.key, canonical(failure.item).decode(), str(failure.error), tried)
        for failure in step.failed
        if not failure.gone
    ]
    commit = Commit(
        position,
        seen=SeenIds(walk.memory.seen(remembered), backfilled=walk.memory.own(new.read), unknown=new.unknown),
        entities=new.entities,
        items=ItemResults() if alone else ItemResults(step.done, failures),
        writes=given.writes,
        marks=given.marks,
        counts=DeliveryCounts(0 if alone else len(documents), given.refused, now),
    )
    await feed.checkpoints.commit(walk.name, commit)
    for output in feed.outputs:
        acknowledge(output, feed.console, feed.namespace, feed.stream.name)
    return Counts(len(step.records), len(documents) if new.fresh is None else new.fresh, failed, given.refused)


async def _new_records(feed: Feed, walk: Walk, prepared: PreparedStep) -> _New:
    """Find what was not delivered before, by id."""
    step = prepared.step
    first_of_id: dict[str, int] = {}
    for place, identity in enumerate(prepared.ids):
        first_of_id.setdefault(identity, place)
    read = {identity: step.times[place] for identity, place in first_of_id.items()}
    ids = frozenset(first_of_id)
    unknown = ids - (await feed.checkpoints.known(walk.name, list(ids)) if ids else frozenset())
    if walk.memory.slice is None:
        doubted = frozenset(identity for identity in unknown if read[identity] < walk.memory.doubted)
        told = await _lacking(feed, doubted, doubted) if doubted else [doubted] * len(feed.outputs)
        lacking = [(unknown - doubted) | lacks for lacks in told]
    else:
        doubted, lacking = frozenset(), await _lacking(feed, ids, unknown)
    wanted = frozenset().union(*lacking) if lacking else unknown
    found = {identity: place for identity, place in first_of_id.items() if identity in wanted}
    states = ((identity, step.records[place], step.times[place]) for identity, place in found.items())
    return _New(
        latest=states_of(feed.stream, states, (), step.fetched, feed.gate.born) if _keeps_latest(feed) else {},
        records=found,
        lacking=lacking,
        read=read,
        unknown=unknown,
        remembered=wanted | doubted,
        asked=doubted if walk.memory.slice is None else ids,
    )


async def _new_for_one(feed: Feed, _walk: Walk, prepared: PreparedStep) -> _New:
    """Find what the feed's only output lacks by its own word, whatever was delivered before; all, if it can't be asked.

    A search server gets what is the latest state anyhow: it goes by ids itself, and its index of latest states may lack
    what its data stream holds.
    """
    step = prepared.step
    records = {identity: place for place, identity in enumerate(prepared.ids)}
    states = zip(prepared.ids, step.records, step.times, strict=True)
    latest = states_of(feed.stream, states, feed.thing, step.fetched, feed.gate.born)
    [lacking] = await _lacking(feed, frozenset(records), frozenset(records))
    anyhow = frozenset(latest) if feed.outputs[0].capabilities.latest_states else frozenset()
    wanted = lacking | anyhow
    found = {identity: place for identity, place in records.items() if identity in wanted}
    return _New(found, [wanted], latest=latest, fresh=len(lacking), asked=frozenset(records))


async def _lacking(feed: Feed, ids: frozenset[str], unknown: frozenset[str]) -> list[frozenset[str]]:
    """Find what each output lacks: by its own word if it can be asked, else what was not delivered before."""
    asked = {contents.name: contents for contents in output_contents(feed, reading=True)}
    lacking = []
    for output in feed.outputs:
        contents = asked.get(output.name)
        lacking.append(unknown if contents is None else ids - await contents.present(list(ids), for_now=True))
    return lacking


async def _new_things(feed: Feed, walk: Walk, prepared: PreparedStep) -> _New:
    """Find states that differ from the one that was delivered last of their entity."""
    step = prepared.step
    seen = []
    slices = Slices()
    for record, identity in zip(step.records, prepared.ids, strict=True):
        seen.append((thing_of(record, feed.thing, identity), identity))
        await slices.give_way()
    known = await feed.checkpoints.states(walk.name, [thing for thing, _ in seen]) if seen else {}
    last = dict(known)
    records = {}
    for place, (thing, identity) in enumerate(seen):
        if last.get(thing) != identity:
            records[identity] = place
        last[thing] = identity
    return _New(
        records,
        lacking=[frozenset(records)] * len(feed.outputs),
        entities=EntityStates(
            seen,
            walk.round,
            before={thing: known.get(thing) for thing, identity in seen if identity in records},
        ),
        latest=latest_by_thing(
            ((identity, thing, time) for (thing, identity), time in zip(seen, step.times, strict=True)),
            step.fetched,
            feed.gate.born,
        )
        if _keeps_latest(feed)
        else {},
    )


def _keeps_latest(feed: Feed) -> bool:
    """Tell whether an output keeps latest states; for others they are not made out."""
    return any(output.capabilities.latest_states for output in feed.outputs)
