"""Documents that are made ahead, many at a time, are those that each record becomes by itself."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from s1ecs.collect.delivery.documents import Preparation, documents_of
from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Counts
from s1ecs.collect.strategies.step import Step
from s1ecs.ecs.envelope import Collector
from s1ecs.ecs.mapper import Mapped, original
from s1ecs.records import Record, dumps, record_from_line
from s1ecs.settings.setting import Level
from s1ecs.settings.table import rows
from s1ecs.streams import STREAMS
from s1ecs.streams.redaction import redaction_of
from s1ecs.timestamps import time_text

from .conftest import NOW, FeedOf

CASES = Path(__file__).parents[2] / "cases"
ODD = (b"null", b"[]", b'{"x":1e400}', b'{"id":"\\ud800"}', b'{"id":1.50,"createdAt":"never"}')
# None; what is redacted unless settings say otherwise; and what most documents have.
REDACTED = ((), rows(Level.CONSOLE)["redact"].default, ("user.name", "host.name", "event.id", "data_stream"))


def records_of(name: str) -> list[Record]:
    """The records of a stream's cases, and odd ones."""
    lines = [line for path in (CASES / name).glob("*.input.ndjson") for line in path.read_bytes().splitlines()]
    return [record_from_line(line) for line in (*lines, *ODD)]


def by_itself(feed: Feed, record: Record) -> Mapped:
    """The document of one record: stripped, mapped, sealed, cleaned."""
    fetched = time_text(NOW)
    stripped = feed.redaction.strip(record)
    mapped = feed.mapper.map(stripped.record)
    created = fetched if feed.stream.input_type == "httpjson" else None
    feed.envelope.seal(mapped, partial(original, stripped.record), fetched=created, now=fetched)
    feed.redaction.clean(mapped.document, stripped)
    return mapped


@pytest.mark.in_memory
@pytest.mark.parametrize("preserve", [False, True])
@pytest.mark.parametrize("redacted", REDACTED, ids=len)
@pytest.mark.parametrize("name", STREAMS)
async def test_documents_are_those_of_each_record(
    feed_of: FeedOf,
    name: str,
    redacted: tuple[str, ...],
    preserve: bool,  # noqa: FBT001 - a test's parameter
) -> None:
    """Byte for byte, whatever is redacted and kept, in every stream, for odd records, too."""
    stream = STREAMS[name]
    envelope = stream.envelope(preserve_original=preserve, collector=Collector("1", "an-id", "a-host"))
    feed = replace(feed_of(name), redaction=redaction_of(stream, redacted), envelope=envelope)
    records = records_of(name)
    made = await documents_of(feed, Step(records, (), {}, NOW), records)
    expected = [by_itself(feed, record) for record in records]
    assert [dumps(each.document) for each in made] == [dumps(each.document) for each in expected]
    assert [each.failed for each in made] == [each.failed for each in expected]


@pytest.mark.in_memory
async def test_documents_are_made_ahead_where_the_last_step_was_new(feed_of: FeedOf) -> None:
    """Each record gets its id; documents come with them after a step of which nine tenths were new."""
    feed = feed_of("activity")
    records = records_of("activity")
    preparation = Preparation(feed)
    step = Step(records, (), {}, NOW)
    for learned, ahead in ((None, 0), (Counts(10, 9), len(records)), (Counts(10, 8), 0), (Counts(0, 0), 0)):
        if learned is not None:
            preparation.learn(learned)
        prepared = await preparation.prepare(step)
        assert prepared.ids == [feed.mapper.identify(record) for record in records]
        assert len(prepared.documents) == ahead
