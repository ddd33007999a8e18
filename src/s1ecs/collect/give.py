"""Giving documents to a feed's outputs, before the commit that says so."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from s1ecs.collect.checkpoint import Write
from s1ecs.collect.feed import Feed
from s1ecs.ecs.mapper import Document
from s1ecs.outputs.dead_letters import Letter, letters
from s1ecs.outputs.output import Batch, JoinsCommit, Output, Thing


class Given(NamedTuple):
    """What the commit must write so that all that was given is durable, and how many documents were refused."""

    writes: Sequence[Write]
    refused: int


async def give(
    feed: Feed,
    documents: Sequence[tuple[str, Document]],
    lacking: Iterable[tuple[Output | JoinsCommit, Collection[str]]],
    latest: Mapping[str, Thing],
    now: str,
) -> Given:
    """Give each output, in turn, those documents whose ids it lacks; `latest` says what they are the latest state of.

    What an output refuses is among the dead letters, at the time `now`, before the commit. Raises OutputError.
    """
    writes: list[Write] = []
    dead: list[Letter] = []
    for output, ids in lacking:
        wanted = [document for document in documents if document[0] in ids]
        if not wanted:
            continue
        batch = Batch(feed.console, feed.namespace, feed.stream.name, wanted, latest)
        if isinstance(output, JoinsCommit):
            writes.append(partial(output.write, batch=batch))
        else:
            delivered = await output.deliver(batch)
            writes += delivered.writes
            dead += letters(batch, output.name, delivered.refused, now)
    if dead:
        writes.append(lambda _: feed.dead_letters.append(dead))
    return Given(writes, len(dead))
