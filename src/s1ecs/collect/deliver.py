"""All after a step: drop what was seen, redact, map, deliver, commit. One function for every way of asking."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from s1ecs.collect.checkpoint import Advance, Position, Things
from s1ecs.collect.feed import Feed
from s1ecs.collect.give import give
from s1ecs.collect.holdings import holdings
from s1ecs.collect.things import latest_states, thing_of
from s1ecs.collect.walk import Walk
from s1ecs.collect.walks.step import Step
from s1ecs.ecs.mapper import Document, original
from s1ecs.errors import DeliveredMeanwhile
from s1ecs.outputs.output import ShownAtOnce, Thing
from s1ecs.records import Record, canonical
from s1ecs.times import time_text


class Counts(NamedTuple):
    """What became of records: read, delivered as new documents.

    Of these, how many could not be mapped, and how many an output refused.
    """

    records: int = 0
    delivered: int = 0
    failed: int = 0
    refused: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class _New(NamedTuple):
    """What of a step is new: the records by id, which of them each output lacks, and what the commit saves of it.

    `unknown` are ids, and `before` states of things, that the commit must find as they are. `latest` tells by id which
    records are the latest state of their thing.
    """

    records: dict[str, Record]
    lacking: Sequence[frozenset[str]]
    read: Mapping[str, str] = MappingProxyType({})
    unknown: frozenset[str] = frozenset()
    things: Things | None = None
    before: Mapping[str, str | None] = MappingProxyType({})
    latest: Mapping[str, Thing] = MappingProxyType({})


async def deliver(feed: Feed, walk: Walk, step: Step, position: Position) -> Counts:
    """Deliver a step's new documents to every output, then save `position`.

    The checkpoint moves only after every output took the documents; if one raises, nothing was saved and the step
    comes again. What an output refuses is among the dead letters before the checkpoint moves. Where another process
    delivered some of the records meanwhile, what is new is found out once more.
    """
    while True:
        try:
            return await _deliver(feed, walk, step, position)
        except DeliveredMeanwhile:
            continue


async def _deliver(feed: Feed, walk: Walk, step: Step, position: Position) -> Counts:
    new = await _new_things(feed, walk, step) if feed.thing else await _new_records(feed, walk, step)
    documents, failed = documents_of(feed, step, new.records)
    now = time_text(feed.client.now())
    # What is shown at once comes last: where another output is in the way, nothing was shown.
    pairs = sorted(zip(feed.outputs, new.lacking, strict=True), key=lambda pair: isinstance(pair[0], ShownAtOnce))
    given = await give(feed, documents, pairs, new.latest, now)
    advance = Advance(
        position,
        unknown=new.unknown,
        before=new.before,
        seen=walk.memory.seen([(identity, new.read[identity]) for identity in new.records] if new.read else ()),
        backfilled=walk.memory.own(new.read),
        writes=given.writes,
        things=new.things,
        done=step.done,
        delivered=len(documents),
        refused=given.refused,
        now=now,
        failed=[
            (failure.key, canonical(failure.item).decode(), str(failure.error), now)
            for failure in step.failed
            if not failure.gone
        ],
    )
    await feed.checkpoints.commit(walk.name, advance)
    for output in feed.outputs:
        if isinstance(output, ShownAtOnce):
            output.committed(feed.console, feed.namespace, feed.stream.name)
    return Counts(len(step.records), len(documents), failed, given.refused)


async def _new_records(feed: Feed, walk: Walk, step: Step) -> _New:
    """What was not delivered before, by id."""
    first_of_id: dict[str, tuple[Record, str]] = {}
    for record, time in zip(step.records, step.times, strict=True):
        first_of_id.setdefault(feed.mapper.identify(record), (record, time))
    ids = frozenset(first_of_id)
    unknown = ids - (await feed.checkpoints.known(walk.name, list(ids)) if ids else frozenset())
    lacking = [unknown] * len(feed.outputs) if walk.memory.slice is None else await _lacking(feed, ids, unknown)
    wanted = unknown.union(*lacking) if walk.memory.slice is None else frozenset().union(*lacking)
    return _New(
        records={identity: record for identity, (record, _) in first_of_id.items() if identity in wanted},
        lacking=lacking,
        read={identity: time for identity, (_, time) in first_of_id.items()},
        unknown=unknown,
    )


async def _lacking(feed: Feed, ids: frozenset[str], unknown: frozenset[str]) -> list[frozenset[str]]:
    """What each output lacks: by its own word where it can be asked, else what was not delivered before."""
    asked = {id(holding.output): holding for holding in holdings(feed, reading=True)}
    lacking = []
    for output in feed.outputs:
        holding = asked.get(id(output))
        lacking.append(unknown if holding is None else ids - await holding.present_for_now(list(ids)))
    return lacking


async def _new_things(feed: Feed, walk: Walk, step: Step) -> _New:
    """What is another state of its thing than the one that was delivered last."""
    identified = [(record, feed.mapper.identify(record)) for record in step.records]
    seen = [(thing_of(record, feed.thing, identity), identity) for record, identity in identified]
    known = await feed.checkpoints.states(walk.name, [thing for thing, _ in seen]) if seen else {}
    last = dict(known)
    records = {}
    for (record, _), (thing, identity) in zip(identified, seen, strict=True):
        if last.get(thing) != identity:
            records[identity] = record
        last[thing] = identity
    return _New(
        records,
        lacking=[frozenset(records)] * len(feed.outputs),
        things=Things(seen, walk.round),
        before={thing: known.get(thing) for thing, identity in seen if identity in records},
        latest=latest_states(
            ((identity, record, time) for (record, identity), time in zip(identified, step.times, strict=True)),
            feed.thing,
            step.fetched,
        ),
    )


def documents_of(feed: Feed, step: Step, records: dict[str, Record]) -> tuple[list[tuple[str, Document]], int]:
    """The documents of records (by id) that came with a step, with their ids; and how many could not be mapped."""
    fetched = time_text(step.fetched)
    created = fetched if feed.stream.input_type == "httpjson" else None
    documents = []
    failed = 0
    for identity, record in records.items():
        stripped = feed.redaction.strip(record)
        mapped = feed.mapper.map(stripped.record)
        feed.envelope.seal(mapped, partial(original, stripped.record), fetched=created, now=fetched)
        feed.redaction.clean(mapped.document, stripped)
        documents.append((identity, mapped.document))
        failed += mapped.failed
    return documents, failed
