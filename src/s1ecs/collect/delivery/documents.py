"""Documents of records: identify, strip, map, seal, clean; made ahead of their delivery where all are likely new."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Counts
from s1ecs.collect.strategies.step import Step
from s1ecs.ecs.converters import Inexact
from s1ecs.ecs.mapper import Mapped, original
from s1ecs.ecs.redaction import Stripped
from s1ecs.records import Record
from s1ecs.slices import Slices
from s1ecs.timestamps import time_text

# Of the records of a step so many tenths must have been new, that those of the next are mapped before that is known.
_LIKELY_NEW = 9


class PreparedStep(NamedTuple):
    """A step with the id of each record, and the document of each where they were made ahead."""

    step: Step
    ids: Sequence[str]
    documents: Sequence[Mapped] = ()


@dataclass
class Preparation:
    """Prepares the steps of one walk while the step before them is delivered.

    Mapping is what takes longest, and nothing depends on it. Where the steps before brought what was known, as a walk
    through an inventory does, it waits until it is known what is new.
    """

    feed: Feed
    _ahead: bool = field(default=False, init=False)

    def learn(self, made: Counts) -> None:
        """Take note of what a step brought."""
        self._ahead = made.records > 0 and made.delivered * 10 >= made.records * _LIKELY_NEW

    async def steps(self, coming: AsyncIterable[Step]) -> AsyncGenerator[PreparedStep, None]:
        """Yield each step, prepared."""
        async for step in coming:
            yield await self.prepare(step)

    async def prepare(self, step: Step) -> PreparedStep:
        """Identify the records of a step, and map them if they are likely to be new."""
        identify, slices = self.feed.mapper.identify, Slices()
        ids = []
        for record in step.records:
            ids.append(identify(record))
            if slices.is_over():
                await slices.give_way()
        return PreparedStep(step, ids, await documents_of(self.feed, step, step.records) if self._ahead else ())


async def documents_of(feed: Feed, step: Step, records: Iterable[Record]) -> list[Mapped]:
    """Make the documents of records that came with a step."""
    document_of, slices = _document_maker(feed, step), Slices()
    documents = []
    for record in records:
        documents.append(document_of(record))
        if slices.is_over():
            await slices.give_way()
    return documents


def _document_maker(feed: Feed, step: Step) -> Callable[[Record], Mapped]:
    """Make the function for the records of a step; one that needs nothing around its values is mapped directly."""
    fetched = time_text(step.fetched)
    created = fetched if feed.stream.input_type == "httpjson" else None
    redaction, mapper, envelope = feed.redaction, feed.mapper, feed.envelope

    def any_document(record: Record) -> Mapped:
        stripped = redaction.strip(record)
        mapped = mapper.map(stripped.record)
        envelope.seal(mapped, partial(original, stripped.record), fetched=created, now=fetched)
        redaction.clean(mapped.document, stripped)
        return mapped

    seal = envelope.plain(created, fetched)
    if seal is None or redaction.reaches_records:
        return any_document
    map_object, untouched = mapper.map_object, Stripped(Record(None, lambda: None), frozenset())

    def plain_document(record: Record) -> Mapped:
        if type(record.value) is not dict or record.flaws:
            return any_document(record)
        try:
            document, failed = map_object(record.value, [])
        except Inexact:
            return any_document(record)
        if failed:
            return any_document(record)
        seal(document)
        redaction.clean(document, untouched)
        return Mapped(document)

    return plain_document
