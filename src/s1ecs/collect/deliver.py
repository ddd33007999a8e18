"""All after a step: drop what was seen, redact, map, deliver, commit. One function for every way of asking."""

from functools import partial
from typing import NamedTuple

from s1ecs.collect.checkpoint import Advance, Position, Things, Write
from s1ecs.collect.feed import Feed
from s1ecs.collect.holdings import holdings
from s1ecs.collect.things import thing_of
from s1ecs.collect.times import time_text
from s1ecs.collect.walk import Walk
from s1ecs.collect.walks.step import Step
from s1ecs.ecs.mapper import Document, original
from s1ecs.outputs.dead_letters import Letter, letters
from s1ecs.outputs.output import Batch, JoinsCommit
from s1ecs.records import Record, canonical


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
    """What of a step is new: the records by id, their times, and what else the commit remembers of the step."""

    records: dict[str, Record]
    seen: list[tuple[str, str]] = []  # noqa: RUF012 - a NamedTuple's default, never changed
    read: list[str] = []  # noqa: RUF012 - likewise
    things: Things | None = None


async def deliver(feed: Feed, walk: Walk, step: Step, position: Position) -> Counts:
    """Deliver a step's new documents to every output, then save `position`.

    The checkpoint moves only after every output took the documents; if one raises, nothing was saved and the step
    comes again. What an output refuses is among the dead letters before the checkpoint moves.
    """
    new = await _new_things(feed, walk, step) if feed.thing else await _new_records(feed, walk, step)
    documents, failed = documents_of(feed, step, new.records)
    now = time_text(feed.client.now())
    writes: list[Write] = []
    dead: list[Letter] = []
    if documents:
        batch = Batch(feed.console, feed.namespace, feed.stream.name, documents)
        for output in feed.outputs:
            if isinstance(output, JoinsCommit):
                writes.append(partial(output.write, batch=batch))
            else:
                delivered = await output.deliver(batch)
                dead += letters(batch, output.name, delivered.refused, now)
    if dead:
        writes.append(lambda _: feed.dead_letters.append(dead))
    advance = Advance(
        position,
        seen=walk.memory.seen(new.seen),
        backfilled=walk.memory.own(new.read),
        writes=writes,
        things=new.things,
        done=step.done,
        delivered=len(documents),
        refused=len(dead),
        now=now,
        failed=[
            (failure.key, canonical(failure.item).decode(), str(failure.error), now)
            for failure in step.failed
            if not failure.gone
        ],
    )
    await feed.checkpoints.commit(walk.name, advance)
    return Counts(len(step.records), len(documents), failed, len(dead))


async def _new_records(feed: Feed, walk: Walk, step: Step) -> _New:
    """What was not delivered before, by id."""
    first_of_id: dict[str, tuple[Record, str]] = {}
    for record, time in zip(step.records, step.times, strict=True):
        first_of_id.setdefault(feed.mapper.identify(record), (record, time))
    known = await _known(feed, walk, list(first_of_id)) if first_of_id else frozenset()
    fresh = {identity: pair for identity, pair in first_of_id.items() if identity not in known}
    records = {identity: record for identity, (record, _) in fresh.items()}
    return _New(records, [(identity, time) for identity, (_, time) in fresh.items()], list(first_of_id))


async def _known(feed: Feed, walk: Walk, ids: list[str]) -> frozenset[str]:
    """What need not be delivered: what is remembered; in a backfill also what every output says that it has."""
    known = await feed.checkpoints.known(walk.name, ids)
    asked = holdings(feed)
    if walk.memory.slice is None or len(asked) != len(feed.outputs):
        return known
    held = frozenset(ids)
    for holding in asked:
        held &= await holding.present(ids)
    return known | held


async def _new_things(feed: Feed, walk: Walk, step: Step) -> _New:
    """What is another state of its thing than the one that was delivered last."""
    identified = [(record, feed.mapper.identify(record)) for record in step.records]
    seen = [(thing_of(record, feed.thing, identity), identity) for record, identity in identified]
    last = dict(await feed.checkpoints.states(walk.name, [thing for thing, _ in seen])) if seen else {}
    records = {}
    for (record, _), (thing, identity) in zip(identified, seen, strict=True):
        if last.get(thing) != identity:
            records[identity] = record
        last[thing] = identity
    return _New(records, things=Things(seen, walk.round))


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
