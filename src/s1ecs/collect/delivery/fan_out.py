"""Delivery of documents to each of a feed's outputs, before the commit that says so."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from s1ecs.collect.feed import Feed
from s1ecs.ecs.mapper import Document
from s1ecs.outputs.dead_letters import letters
from s1ecs.outputs.output import Batch, Entity, Output
from s1ecs.state.output_marks import Mark
from s1ecs.state.transaction import Write

if TYPE_CHECKING:
    from s1ecs.state.dead_letters import Letter


class FanOutResult(NamedTuple):
    """The part of the commit that makes all documents durable, and the number of refused documents."""

    writes: Sequence[Write]
    marks: Mapping[str, Mark]
    refused: int


async def fan_out(
    feed: Feed,
    documents: Sequence[tuple[str, Document]],
    lacking: Iterable[tuple[Output, Collection[str]]],
    latest: Mapping[str, Entity],
    now: str,
    *,
    asked: frozenset[str],
) -> FanOutResult:
    """Give each output, in turn, those documents whose ids it lacks; `latest` says what they are the latest state of.

    `asked` are the ids that outputs were asked for, and lack by their own word. What an output refuses is among the
    dead letters, at the time `now`, before the commit. Raises OutputError.
    """
    writes: list[Write] = []
    marks: dict[str, Mark] = {}
    dead: list[Letter] = []
    for output, ids in lacking:
        wanted = [document for document in documents if document[0] in ids]
        if not wanted:
            continue
        batch = Batch(feed.console, feed.namespace, feed.stream.name, wanted, latest, asked)
        delivered = await output.deliver(batch)
        writes += delivered.writes
        if delivered.mark:
            marks[output.name] = delivered.mark
        dead += letters(batch, output.name, delivered.refused, now)
    if dead:
        writes.append(partial(feed.dead_letters.append, found=dead))
    return FanOutResult(writes, marks, len(dead))
