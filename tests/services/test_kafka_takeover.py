"""Feeds that move between workers: Kafka holds each document once, whatever the worker before was doing."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from s1ecs.cluster.draining import TakingDrain
from s1ecs.errors import LeaseLost, OutputError, StateError
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.kafka import left_behind
from s1ecs.outputs.kafka.output import KafkaEnvironment, KafkaOutput
from s1ecs.outputs.kafka.session import fence, read_back
from s1ecs.outputs.kafka.topics import KafkaTopics
from s1ecs.outputs.kafka.transactional_id import TransactionalIds
from s1ecs.outputs.output import Batch, Delivered, Takeover
from s1ecs.outputs.spool.drain import SpoolEnvironment
from s1ecs.outputs.spool.drained import DrainedOutput
from s1ecs.state.memory.outbox import MemoryOutbox
from s1ecs.state.memory.output_marks import MemoryOutputMarks
from s1ecs.state.memory.state import MemoryState
from s1ecs.state.memory.tables import Tables
from s1ecs.state.outbox import Outbox, OutboxDocument, OutboxPiece
from s1ecs.state.output_marks import Mark
from s1ecs.state.transaction import Transaction
from servers.kafka import KafkaBroker
from tests.services.kafka_topics import Topics

pytestmark = pytest.mark.xdist_group("kafka")

STREAM = "alert"


def nothing() -> None:
    """Require nothing."""


class Cluster:
    """Workers that share the marks of a state."""

    def __init__(self, topics: Topics, *, transactions: bool = True) -> None:
        self.topics = topics
        self.transactions = transactions
        self.marks: dict[str, object] = {}

    @asynccontextmanager
    async def worker(self, name: str) -> AsyncIterator["KafkaWorker"]:
        """Start a worker; it never closes its producer, as one that is paused does not."""
        settings = self.topics.settings(transactions=self.transactions, patience=10.0)

        async def remember(mark: Mark) -> None:
            self.marks.update(mark)

        ids = TransactionalIds(settings.name, self.topics.template, None, name)
        output = KafkaOutput(settings, KafkaEnvironment(lambda _: None, ids, remember))
        await output.open({})
        yield KafkaWorker(self, output)
        await output.close()


class KafkaWorker:
    """One worker's output."""

    def __init__(self, cluster: Cluster, output: KafkaOutput) -> None:
        self.cluster = cluster
        self.output = output

    async def take_over(
        self, console: str = "one", unsettled: Sequence[str] = (), require: Callable[[], None] = nothing
    ) -> None:
        """Take a feed over."""
        key = f"{console}/default/{STREAM}"
        mark = {key: self.cluster.marks[key]} if key in self.cluster.marks else {}
        await self.output.take_over(Takeover(console, "default", STREAM, mark, unsettled, require))

    async def deliver(self, *ids: str, console: str = "one") -> Delivered:
        """Deliver documents, without any commit."""
        documents = [(each, {"@timestamp": "2026-01-02T10:00:00.000Z"}) for each in ids]
        return await self.output.deliver(Batch(console, "default", STREAM, documents))

    async def commit(self, delivered: Delivered, console: str = "one") -> None:
        """Commit a delivery."""
        self.cluster.marks.update(delivered.mark)
        self.output.committed(console, "default", STREAM)

    async def give(self, *ids: str, console: str = "one") -> None:
        """Deliver and commit."""
        await self.commit(await self.deliver(*ids, console=console), console)

    def let_go(self, console: str = "one", *, complete: bool = True) -> bool:
        """Let a feed go."""
        return self.output.let_go(console, "default", STREAM, complete=complete)


@pytest.fixture
def topics(kafka: KafkaBroker, namespace: str) -> Topics:
    """A topic of the test's own."""
    made = Topics(kafka, namespace)
    made.create(STREAM)
    return made


@pytest.fixture
def cluster(topics: Topics) -> Cluster:
    """Workers with a topic."""
    return Cluster(topics)


def held_once(cluster: Cluster, *ids: str) -> bool:
    """Tell whether the topic holds each of these once, and nothing else."""
    return cluster.topics.keys(STREAM) == dict.fromkeys(ids, 1)


@pytest.mark.parametrize("transactions", [True, False])
async def test_what_a_dead_worker_delivered_without_a_commit_is_not_delivered_again(
    topics: Topics, *, transactions: bool
) -> None:
    """The next worker finds the documents of a worker that was killed between its delivery and its commit."""
    cluster = Cluster(topics, transactions=transactions)
    async with cluster.worker("a") as a, cluster.worker("b") as b:
        await a.take_over()
        await a.give("one", "two")
        await a.deliver("three", "four")

        await b.take_over(unsettled=["a"])
        await b.give("three")
        # The other one that was found has not come again yet.
        assert not b.let_go(complete=False)
        await b.take_over(unsettled=["a", "b"])
        await b.give("four", "five")

        assert b.let_go()
        assert await asyncio.to_thread(held_once, cluster, "one", "two", "three", "four", "five")


async def test_all_feeds_of_a_dead_worker_are_taken_over_together(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes many feeds over fences their worker once, reads the topic once, and finds what it left of each."""
    done: list[str] = []
    for work in (fence, read_back):

        def counted(*told: Any, work: Callable[..., object] = work) -> object:
            done.append(work.__name__)
            return work(*told)

        monkeypatch.setattr(left_behind, work.__name__, counted)
    consoles = [f"console-{number}" for number in range(20)]
    async with cluster.worker("a") as a, cluster.worker("b") as b:
        for console in consoles:
            await a.take_over(console)
            await a.give(f"{console}-committed", console=console)
            await a.deliver(f"{console}-left", console=console)

        await asyncio.gather(*(b.take_over(console, ["a", "", "b"]) for console in consoles))
        for console in consoles:
            await b.give(f"{console}-left", f"{console}-new", console=console)
            assert b.let_go(console)

        kinds = ("committed", "left", "new")
        assert await asyncio.to_thread(held_once, cluster, *(f"{each}-{kind}" for each in consoles for kind in kinds))
    assert done == ["fence", "read_back"]


async def test_a_paused_worker_can_not_deliver_what_another_took_over(cluster: Cluster) -> None:
    """A worker that stood still between its look at the lease and its transaction is refused when it goes on."""
    reached, go_on = Event(), Event()

    def stand_still() -> None:
        reached.set()
        go_on.wait(60)

    async with cluster.worker("a") as a, cluster.worker("b") as b:
        await a.take_over()
        await a.give("one")
        a.let_go()
        await a.take_over(require=stand_still)
        paused = asyncio.create_task(a.deliver("two"))
        await asyncio.to_thread(reached.wait, 60)

        await b.take_over(unsettled=["a"])
        await b.give("two", "three")
        go_on.set()

        with pytest.raises(OutputError):
            await paused
        # Whoever fenced it ended its transaction: nothing is in doubt.
        assert a.let_go(complete=False)
        assert await asyncio.to_thread(held_once, cluster, "one", "two", "three")


async def test_a_worker_whose_lease_expired_delivers_nothing(cluster: Cluster) -> None:
    """A worker that opens a new producer after it was fenced asks for its lease before it delivers."""

    def lost() -> None:
        raise LeaseLost("the lease expired")

    async with cluster.worker("a") as a:
        await a.take_over(require=lost)
        with pytest.raises(LeaseLost):
            await a.deliver("one")
        assert await asyncio.to_thread(held_once, cluster)


async def test_a_feed_that_moves_after_its_commit_needs_nothing_read(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clean move costs no look into the topic, and the next worker goes on with the mark of the last."""
    async with cluster.worker("a") as a, cluster.worker("b") as b:
        for number, worker in enumerate([a, b, a, b]):
            with monkeypatch.context() as patched:
                patched.setattr(worker.output, "_left_behind", None)
                await worker.take_over()
            await worker.give(f"document-{number}")
            assert worker.let_go()

        await a.take_over()
        await a.deliver("uncommitted")
        assert not a.let_go()
        await b.take_over(unsettled=[""])
        await b.give("uncommitted")
        assert await asyncio.to_thread(
            held_once, cluster, *(f"document-{number}" for number in range(4)), "uncommitted"
        )


async def test_a_dead_worker_that_left_nothing_is_forgotten(cluster: Cluster) -> None:
    """A poll that missed something stays in doubt only if its worker found what must still come."""
    async with cluster.worker("a") as a, cluster.worker("b") as b, cluster.worker("c") as c:
        await a.take_over()
        await a.give("one")
        await b.take_over(unsettled=["a"])
        assert b.let_go(complete=False)

        await c.take_over()
        await c.deliver("two")
        await b.take_over(unsettled=["c"])
        assert not b.let_go(complete=False)


@asynccontextmanager
async def open_transaction(worker: KafkaWorker, *ids: str, console: str) -> AsyncIterator[tuple[Event, Any]]:
    """Have a worker deliver, stopped before it ends the transaction; give what lets it go on, and the delivery."""
    reached, go_on = Event(), Event()
    session = worker.output._session
    producer = session._producer if session else None
    assert producer is not None
    end = producer._end

    def slow_end(sent: object) -> None:
        reached.set()
        go_on.wait(60)
        end(sent)  # type: ignore[arg-type]

    producer._end = slow_end  # type: ignore[method-assign]
    delivery = asyncio.create_task(worker.deliver(*ids, console=console))
    await asyncio.to_thread(reached.wait, 60)
    try:
        yield go_on, delivery
    finally:
        go_on.set()
        await asyncio.gather(delivery, return_exceptions=True)


IN_TRANSACTION = [f"c-{number}" for number in range(30)]


@dataclass
class Blocked:
    """A worker that takes over what a dead one delivered behind the open transaction of another."""

    worker: KafkaWorker
    taking: "asyncio.Task[None]"
    go_on: Event
    delivery: "asyncio.Task[Any]"


@asynccontextmanager
async def blocked(cluster: Cluster) -> AsyncIterator[Blocked]:
    """Worker b waits to take over from a, which is dead, because c has a transaction open in the same topic."""
    async with cluster.worker("a") as a, cluster.worker("b") as b, cluster.worker("c") as c:
        await a.take_over()
        await a.give("zero")
        await c.take_over("two")
        await c.give("c-first", console="two")
        async with open_transaction(c, *IN_TRANSACTION, console="two") as (go_on, delivery):
            await a.deliver("one", "two", "three")
            taking = asyncio.create_task(b.take_over(unsettled=["a"]))
            await asyncio.sleep(2)
            assert not taking.done()
            yield Blocked(b, taking, go_on, delivery)


async def test_documents_behind_an_open_transaction_are_found(cluster: Cluster) -> None:
    """What a dead worker delivered behind the open transaction of a living one is found once that one has ended."""
    async with blocked(cluster) as found:
        found.go_on.set()
        await found.delivery
        await found.taking
        await found.worker.give("one", "two", "three")

        keys = await asyncio.to_thread(cluster.topics.keys, STREAM)
        assert set(keys.values()) == {1}


async def test_whoever_waits_for_an_open_transaction_does_not_keep_others_from_ending_it(cluster: Cluster) -> None:
    """Of two dead workers the second is fenced although the look for the first waits for what it left open."""
    async with blocked(cluster) as found:
        # Sooner than the broker gives the transaction up.
        async with asyncio.timeout(25):
            await found.worker.take_over("two", ["c"])
            await found.taking
        found.go_on.set()
        with pytest.raises(OutputError):
            await found.delivery
        await found.worker.give("one", "two", "three")
        await found.worker.give(*IN_TRANSACTION, console="two")

        keys = await asyncio.to_thread(cluster.topics.keys, STREAM)
        assert set(keys.values()) == {1}


class Undeletable(MemoryOutbox):
    """An outbox from which a process that dies takes nothing out."""

    def remove(self, transaction: Transaction, output: str, piece: OutboxPiece) -> int:
        """Fail."""
        raise StateError("the process died")


def drained(worker: KafkaWorker, name: str, tables: Tables, outbox: Outbox, folder: Path) -> DrainedOutput:
    """Return a worker's output with the drain of the outbox that all share."""
    state = MemoryState(tables)
    around = SpoolEnvironment(
        state,
        outbox,
        state.output_marks,
        state.leases,
        DeadLetterFiles(folder),
        now=lambda: datetime.now(UTC),
        clock=time.monotonic,
        warn=lambda _: None,
        tell=lambda _: None,
    )
    output = DrainedOutput(worker.output, around)
    output.drain.session = TakingDrain(output, state, name).session
    return output


async def test_what_a_dead_worker_drained_is_not_delivered_again(cluster: Cluster, tmp_path: Path) -> None:
    """A document of a response action that a worker delivered, and could not take out of the outbox, is there once."""
    cluster.topics.create("response_action")
    tables = Tables()
    document = OutboxDocument("one", "default", "response_action", "id", '{"@timestamp": "2026-01-02T10:00:00.000Z"}')
    MemoryOutbox().append(tables, "kafka", [document], datetime.now(UTC))
    async with cluster.worker("a") as a, cluster.worker("b") as b:
        for worker in (a, b):
            # The marks are in the tables here.
            worker.output._around = replace(worker.output._around, remember=remembering(tables))
        assert not await drained(a, "a", tables, Undeletable(), tmp_path).drain.once()
        assert await drained(b, "b", tables, MemoryOutbox(), tmp_path).drain.once()

        assert await asyncio.to_thread(cluster.topics.keys, "response_action") == {"id": 1}
        assert not tables.output_marks["kafka (drained by)"]
        assert not tables.spooled


def remembering(tables: Tables) -> Callable[[Mark], Awaitable[None]]:
    """Return what saves marks at once."""

    async def remember(mark: Mark) -> None:
        MemoryOutputMarks().save(tables, "kafka", mark)

    return remember


def test_a_broker_that_stands_still_while_offsets_are_read_is_an_error_of_the_output(topics: Topics) -> None:
    """A broker that answers nothing in time is told as one, and not as a mistake of ours."""
    topics.create(STREAM)
    settings = topics.settings(patience=0.5)
    known = KafkaTopics(settings)
    topics.broker.pause()
    try:
        with pytest.raises(OutputError):
            known.ends(settings.topic_of(STREAM), 1)
    finally:
        topics.broker.resume()
