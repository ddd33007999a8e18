"""All after a step: drop what was seen, map, deliver, commit. One function for every way of asking."""

from functools import partial
from typing import NamedTuple

from s1ecs.collect.checkpoint import Advance, WalkName, Write
from s1ecs.collect.feed import Feed
from s1ecs.collect.times import time_text
from s1ecs.collect.walks.step import Step
from s1ecs.ecs.mapper import Document, original
from s1ecs.outputs.output import Batch, JoinsCommit
from s1ecs.records import Record


class Counts(NamedTuple):
    """What became of records: read, delivered as new documents, and of these how many could not be mapped."""

    records: int = 0
    delivered: int = 0
    failed: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


async def deliver(feed: Feed, walk: WalkName, step: Step) -> Counts:
    """Deliver a step's new documents to every output, then save the position behind them.

    The checkpoint moves only after every output took the documents; if one raises, nothing was saved and the step
    comes again.
    """
    first_of_id: dict[str, tuple[Record, str]] = {}
    for record, time in zip(step.records, step.times, strict=True):
        first_of_id.setdefault(feed.mapper.identify(record), (record, time))
    known = await feed.checkpoints.known(walk, list(first_of_id)) if first_of_id else frozenset()
    fresh = {identity: pair for identity, pair in first_of_id.items() if identity not in known}

    documents, failed = _documents(feed, step, fresh)
    writes: list[Write] = []
    if documents:
        batch = Batch(feed.console, feed.namespace, feed.stream.name, documents)
        for output in feed.outputs:
            if isinstance(output, JoinsCommit):
                writes.append(partial(output.write, batch=batch))
            else:
                await output.deliver(batch)
    await feed.checkpoints.commit(
        walk,
        Advance(
            step.position,
            seen=[(identity, time) for identity, (_, time) in fresh.items()],
            writes=writes,
        ),
    )
    return Counts(len(step.records), len(documents), failed)


def _documents(feed: Feed, step: Step, fresh: dict[str, tuple[Record, str]]) -> tuple[list[tuple[str, Document]], int]:
    fetched = time_text(step.fetched)
    created = fetched if feed.stream.input_type == "httpjson" else None
    documents = []
    failed = 0
    for identity, (record, _) in fresh.items():
        mapped = feed.mapper.map(record)
        feed.envelope.seal(mapped, partial(original, record), fetched=created, now=fetched)
        documents.append((identity, mapped.document))
        failed += mapped.failed
    return documents, failed
