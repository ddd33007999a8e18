"""Kafka as an output, against a real broker: the contract of outputs, and what is Kafka's own."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from s1ecs.errors import OutputError
from s1ecs.outputs.kafka.output import KafkaEnvironment, KafkaOutput
from s1ecs.outputs.kafka.producer import KafkaProducer, _Attempt
from s1ecs.outputs.kafka.transactional_id import TransactionalIds
from s1ecs.outputs.output import Batch, Output, acknowledge
from s1ecs.outputs.spool.deadline import DeadlineExceeded, in_time
from s1ecs.state.output_marks import Mark
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.leases import SqliteLeases
from servers.kafka import KafkaBroker
from tests.contract.outputs import MARKS, OutputContract, Subject
from tests.services.kafka_topics import Topics

pytestmark = pytest.mark.xdist_group("kafka")

STREAM = "alert"
TOO_LARGE = 1_100_000


class KafkaSubject(Subject):
    """One topic of a broker that may be killed and started again."""

    remembers = True
    transactions = False

    def __init__(self, database: Database, topics: Topics) -> None:
        self.topics = topics
        self.said: list[str] = []
        super().__init__(database)

    def another(self, **more: Any) -> Output:
        """Make it, with connections of its own."""
        settings = self.topics.settings(**{"transactions": self.transactions, **more})

        async def remember(mark: Mark) -> None:
            await self.database.run(lambda transaction: MARKS.save(transaction, settings.name, mark))

        ids = TransactionalIds(settings.name, self.topics.template, SqliteLeases(self.database.path.parent))
        return KafkaOutput(settings, KafkaEnvironment(self.said.append, ids, remember))

    def batch(self, *names: str) -> Batch:
        """Make a batch of complete documents."""
        of = super().batch(*names)
        documents = [(name, {**document, "ecs": {"version": "8.11.0"}}) for name, document in of.documents]
        return Batch("one", "default", STREAM, documents)

    def refused(self) -> tuple[str, Mapping[str, Any]]:
        """Return a document that is too large however it is compressed."""
        return large("refused")

    async def contents(self) -> list[str]:
        """Read the topic as a consumer of committed messages does."""
        keys = await asyncio.to_thread(self.topics.keys, STREAM)
        return list(keys.elements())

    @asynccontextmanager
    async def broken(self) -> AsyncIterator[None]:
        """Keep the broker killed."""
        self.topics.broker.kill()
        yield
        await asyncio.to_thread(self.topics.broker.restart)


class TransactionalKafkaSubject(KafkaSubject):
    """The same with transactions."""

    transactions = True


def large(identity: str, size: int = TOO_LARGE) -> tuple[str, Mapping[str, Any]]:
    """Return a document of so many bytes that no compression makes smaller than three quarters of it."""
    text = random.Random(identity).randbytes(size // 2).hex()  # noqa: S311 - chance that can be repeated
    return identity, {"@timestamp": "2026-01-02T10:00:00.000Z", "text": [text, text[::-1]]}


@pytest.fixture(params=[KafkaSubject, TransactionalKafkaSubject])
async def subject(
    request: pytest.FixtureRequest, kafka: KafkaBroker, namespace: str, tmp_path: Path
) -> AsyncIterator[KafkaSubject]:
    """Without and with transactions, with topics of the test's own."""
    database = await Database.open(tmp_path)
    topics = Topics(kafka, namespace)
    topics.create(STREAM)
    yield request.param(database, topics)
    await database.close()


@pytest.fixture
async def plain(kafka: KafkaBroker, namespace: str, tmp_path: Path) -> AsyncIterator[KafkaSubject]:
    """Without transactions, for what they don't change."""
    database = await Database.open(tmp_path)
    topics = Topics(kafka, namespace)
    topics.create(STREAM)
    yield KafkaSubject(database, topics)
    await database.close()


class TestKafkaOutputs(OutputContract):
    """Both of them."""


async def opened(subject: KafkaSubject, **more: Any) -> Output:
    """Open an output as the next process does."""
    output = subject.another(**more)
    await subject.begin(output)
    return output


async def test_a_message_tells_where_it_came_from(plain: KafkaSubject) -> None:
    """The key is the id, the value the document, and headers tell dataset, namespace, console and schema version."""
    output = await opened(plain)
    batch = plain.batch("a")
    await plain.give(output, batch)
    await output.close()
    [message] = plain.topics.messages(STREAM)
    assert (message.key, message.document) == batch.documents[0]
    assert message.headers == {
        "dataset": "sentinel_one.alert",
        "namespace": "default",
        "console": "one",
        "schema_version": "8.11.0",
    }


async def test_a_document_keeps_its_partition(plain: KafkaSubject) -> None:
    """Documents spread over all partitions, and the same id comes to the same one, whichever process delivers it."""
    names = [str(each) for each in range(50)]
    for _ in range(2):
        output = await opened(plain)
        await plain.give(output, plain.batch(*names))
        await output.close()
    found: dict[str, set[int]] = {}
    for message in plain.topics.messages(STREAM):
        found.setdefault(message.key, set()).add(message.partition)
    assert set(map(len, found.values())) == {1}
    assert len(set.union(*found.values())) == 3


async def test_the_first_batch_ever_is_not_doubled(subject: KafkaSubject) -> None:
    """A process that was killed before its very first commit leaves documents that the next one recognizes."""
    for names in (("a", "b"), ("b", "c", "a")):
        output = await opened(subject)
        await output.deliver(subject.batch(*names))
        await output.close()
    assert sorted(await subject.contents()) == ["a", "b", "c"]


async def test_other_feeds_of_the_topic_are_not_mixed_up(plain: KafkaSubject) -> None:
    """A document of another console with the same id is delivered although one's own was not committed."""
    output = await opened(plain)
    await output.deliver(plain.batch("a"))
    await output.close()
    output = await opened(plain)
    batch = plain.batch("a")
    await plain.give(output, Batch("another", batch.namespace, batch.stream, batch.documents))
    await output.close()
    assert sorted(await plain.contents()) == ["a", "a"]


async def test_the_large_do_not_take_the_small_with_them(subject: KafkaSubject) -> None:
    """Several documents that the topic can't take are refused with the setting that would help; all others arrive."""
    output = await opened(subject)
    batch = subject.batch("a", "b", "c")
    documents = [batch.documents[0], large("one"), batch.documents[1], large("two", 60_000_000), batch.documents[2]]
    delivered = await subject.give(output, Batch(batch.console, batch.namespace, batch.stream, documents))
    assert {each.id for each in delivered.refused} == {"one", "two"}
    assert all("too large" in each.reason and "max.message.bytes" in each.reason for each in delivered.refused)
    await subject.give(output, subject.batch("d"))
    await output.close()
    assert sorted(await subject.contents()) == ["a", "b", "c", "d"]


async def test_what_was_given_up_comes_once(subject: KafkaSubject) -> None:
    """A batch that was given up while the broker stood still, and is delivered again, is there once."""
    output = await opened(subject)
    await subject.give(output, subject.batch("before"))
    subject.topics.broker.pause()
    try:
        with pytest.raises(DeadlineExceeded):
            await in_time(0.5, output.deliver(subject.batch("a", "b")))
    finally:
        subject.topics.broker.resume()
    for _ in range(20):
        try:
            await subject.give(output, subject.batch("a", "b"))
        except OutputError:
            await asyncio.sleep(0.2)
        else:
            break
    await output.close()
    assert sorted(await subject.contents()) == ["a", "b", "before"]


async def test_a_short_absence_is_waited_out(plain: KafkaSubject) -> None:
    """A broker that is killed under a batch, and is back in time, gets it without an error, once."""
    output = await opened(plain, patience=30.0)
    await plain.give(output, plain.batch("before"))
    plain.topics.broker.kill()
    delivering = asyncio.create_task(plain.give(output, plain.batch("a", "b")))
    await asyncio.sleep(0.3)
    assert not delivering.done()
    await asyncio.to_thread(plain.topics.broker.restart)
    await delivering
    await output.close()
    assert sorted(await plain.contents()) == ["a", "b", "before"]


async def test_a_missing_topic_is_one_clear_error(plain: KafkaSubject) -> None:
    """A topic that does not exist is not made by the way: the error names it and `s1ecs setup`."""
    output = await opened(plain)
    batch = plain.batch("a")
    topic = plain.topics.settings().topic_of("threat")
    with pytest.raises(OutputError, match=f"^kafka: topic {topic} does not exist; run s1ecs setup"):
        await output.deliver(Batch(batch.console, batch.namespace, "threat", batch.documents))
    await output.check()
    await output.close()


async def test_the_marks_of_idle_feeds_move(plain: KafkaSubject, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an idle feed would make the next process read back stays small: the check once a minute moves its mark."""
    monkeypatch.setattr("s1ecs.outputs.kafka.output._MOVE_AFTER", 20)
    output = await opened(plain)
    idle = plain.batch("a")
    await plain.give(output, Batch("idle", idle.namespace, idle.stream, idle.documents))
    acknowledge(output, "idle", idle.namespace, idle.stream)
    before = await plain.database.run(partial(MARKS.load, output="kafka"))
    await plain.give(output, plain.batch(*map(str, range(50))))
    await output.check()
    after = await plain.database.run(partial(MARKS.load, output="kafka"))
    await output.close()
    key = "idle/default/alert"
    assert sum(after[key]["offsets"].values()) >= sum(before[key]["offsets"].values()) + 50
    assert after["one/default/alert"]["offsets"] == after[key]["offsets"]


async def test_an_unfinished_transaction_is_ended_at_once(kafka: KafkaBroker, namespace: str, tmp_path: Path) -> None:
    """The next process takes back what a killed one left open, at once, and does not take it for delivered."""
    topics = Topics(kafka, namespace)
    topics.create(STREAM)
    database = await Database.open(tmp_path)
    subject = TransactionalKafkaSubject(database, topics)
    output = await opened(subject)
    await subject.give(output, subject.batch("before"))
    await output.close()
    async with TransactionalIds("kafka", topics.template, SqliteLeases(tmp_path)).held() as identity:
        killed = KafkaProducer(topics.settings(), identity, Event())
        killed.begin()
        killed._producer.begin_transaction()
        attempt = _Attempt()
        killed._produce(topics.settings().topic_of(STREAM), subject.batch("open"), attempt)
        killed._wait(attempt)
    assert topics.keys(STREAM, committed=False) == {"before": 1, "open": 1}
    began = time.monotonic()
    output = await opened(subject)
    await subject.give(output, subject.batch("open", "a"))
    await output.close()
    assert topics.keys(STREAM) == {"before": 1, "open": 1, "a": 1}
    assert time.monotonic() - began < 15
    await database.close()
