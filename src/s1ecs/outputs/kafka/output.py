"""Kafka as an output: a topic per stream, each document in it once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from s1ecs.outputs.kafka.delivered import DeliveredIds
from s1ecs.outputs.kafka.error_rules import KafkaTrouble
from s1ecs.outputs.kafka.left_behind import LeftBehind
from s1ecs.outputs.kafka.messages import KafkaFeed, feed_of
from s1ecs.outputs.kafka.session import KafkaSession
from s1ecs.outputs.kafka.settings import KafkaSettings
from s1ecs.outputs.kafka.transactional_id import TransactionalIds
from s1ecs.outputs.output import Batch, Capabilities, Delivered, RefusedDocument, Takeover
from s1ecs.state.output_marks import Mark

T = TypeVar("T")

# Documents of other feeds that a process reads back at its start for one that was idle, at most, give or take a minute.
_MOVE_AFTER = 50_000


def _nothing() -> None:
    """Require nothing: no other process shares the state."""


async def _remember_nothing(_mark: Mark) -> None:
    """Save no mark: the process has no state."""


@dataclass(frozen=True)
class KafkaEnvironment:
    """The surroundings of an output: `remember` saves keys of its mark at once; `warn` puts a line into the log."""

    warn: Callable[[str], None]
    ids: TransactionalIds
    remember: Callable[[Mark], Awaitable[None]] = _remember_nothing


class KafkaOutput:
    """Delivers to one cluster, on a thread of its own, since librdkafka blocks.

    After a crash or a failure it reads back what its topics hold behind its mark, and writes none of it again.
    """

    capabilities = Capabilities(acknowledged=True, refuses=True, takeover=True)

    def __init__(self, settings: KafkaSettings, around: KafkaEnvironment) -> None:
        self._settings = settings
        self._around = around
        self._one_after_the_other = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "kafka")
        self._stack = AsyncExitStack()
        self._transactional_id: str | None = None
        self._delivered = DeliveredIds({})
        self._session: KafkaSession | None = None
        # By the key of the feed: those that were taken over; those of which others delivered what must come again;
        # those whose last delivery awaits its commit.
        self._requires: dict[str, Callable[[], None]] = {}
        self._left_open: set[str] = set()
        self._in_doubt: set[str] = set()
        self._left_behind = LeftBehind(settings, self._former, self._prepared, self._warn_of_unread)

    @property
    def name(self) -> str:
        """The name in its settings."""
        return self._settings.name

    async def open(self, mark: Mark) -> None:
        """Begin with a mark; brokers are contacted with the first batch."""
        self._delivered = DeliveredIds(mark)
        if self._settings.transactions:
            self._transactional_id = await self._stack.enter_async_context(self._around.ids.held())

    async def deliver(self, batch: Batch) -> Delivered:
        """Make a batch durable: every document was reported by the broker; return what it refused."""
        feed, topic = feed_of(batch), self._settings.topic_of(batch.stream)
        async with self._one_after_the_other:
            with self._connected() as session:
                return await self._deliver(session, batch, feed, topic)

    async def check(self) -> None:
        """Find out whether brokers answer and the topics that were used exist; move the marks of idle feeds."""
        if self._one_after_the_other.locked():
            return
        async with self._one_after_the_other:
            with self._connected() as session:
                await self._blocking(session, session.check)
            moved = self._delivered.moved(_MOVE_AFTER)
            if moved:
                await self._around.remember(moved)

    def committed(self, console: str, namespace: str, stream: str) -> None:
        """Take note that the last delivery of this feed was committed."""
        feed = KafkaFeed(console, namespace, stream)
        self._in_doubt.discard(feed.key)
        self._delivered.committed(feed)

    async def take_over(self, feed: Takeover) -> None:
        """Fence the processes that may deliver the feed still, and read back what they delivered without a commit."""
        taken = KafkaFeed(feed.console, feed.namespace, feed.stream)
        found = await self._left_behind.of(feed) if feed.unsettled else None
        self._delivered.take_over(taken, feed.mark, found)
        self._requires[taken.key] = feed.require
        if found:
            self._left_open.add(taken.key)
        # Else whoever takes it over from a worker that was killed would read all that others wrote since its last news.
        if moved := self._delivered.moved(_MOVE_AFTER, [taken.key]):
            await self._around.remember(moved)

    def let_go(self, console: str, namespace: str, stream: str, *, complete: bool) -> bool:
        """Forget a feed; tell whether all that was delivered is committed."""
        feed = KafkaFeed(console, namespace, stream)
        self._requires.pop(feed.key, None)
        self._delivered.let_go(feed)
        settled = feed.key not in self._in_doubt and (complete or feed.key not in self._left_open)
        self._in_doubt.discard(feed.key)
        self._left_open.discard(feed.key)
        return settled

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            self._drop(self._session)
        await asyncio.to_thread(self._thread.shutdown)
        await self._stack.aclose()

    async def _deliver(self, session: KafkaSession, batch: Batch, feed: KafkaFeed, topic: str) -> Delivered:
        if not self._delivered.knows(topic):
            # Reading comes behind `prepare`, which ends the transactions of an earlier process.
            await self._read_back(session, topic, await self._blocking(session, lambda: session.prepare(topic)))
        first = self._delivered.first_mark(feed, topic, _MOVE_AFTER)
        if first:
            await self._around.remember(first)
        self._delivered.begin(feed, first)
        there = self._delivered.there(feed)
        lacking = [document for document in batch.documents if document[0] not in there]
        require, before = self._requires.get(feed.key, _nothing), feed.key in self._in_doubt
        self._in_doubt.add(feed.key)
        try:
            sent = await self._blocking(
                session, lambda: session.send(topic, replace(batch, documents=lacking), require)
            )
        except KafkaTrouble as error:
            if error.undone and not before:
                self._in_doubt.discard(feed.key)
            raise
        documents = dict(batch.documents)
        mark = self._delivered.delivered(feed, topic, documents.keys() - sent.refused.keys(), sent.offsets)
        return Delivered([RefusedDocument(each, documents[each], why) for each, why in sent.refused.items()], mark)

    async def _prepared(self, topic: str) -> int:
        """Return the partitions of a topic, with nothing left open there by this process."""
        async with self._one_after_the_other:
            with self._connected() as session:
                return await self._blocking(session, lambda: session.prepare(topic))

    def _former(self, worker: str) -> str | None:
        """Return the transactional id of another worker; None without transactions."""
        former = self._around.ids.of(worker)
        return former if self._settings.transactions and former != self._transactional_id else None

    def _warn_of_unread(self, topic: str) -> None:
        self._around.warn(
            f"{self.name}: this user is not permitted to read topic {topic}, so documents that were on their way "
            "when s1ecs ended may be delivered twice, with the same key; permit it to read"
        )

    async def _read_back(self, session: KafkaSession, topic: str, partitions: int) -> None:
        ends, documents = await self._blocking(session, lambda: session.read_back(topic, partitions, self._delivered))
        if documents is None:
            self._warn_of_unread(topic)
        self._delivered.read(topic, ends, documents or ())

    @contextmanager
    def _connected(self) -> Iterator[KafkaSession]:
        """Give the session, a new one where there is none; after a failure it is not used again."""
        session = self._session = self._session or KafkaSession(self._settings, self._transactional_id)
        try:
            yield session
        except BaseException:
            # Also where this was given up from outside: what was sent may be there.
            self._drop(session)
            raise

    async def _blocking(self, session: KafkaSession, work: Callable[[], T]) -> T:
        """Do what blocks; if this is cancelled, it ends soon, and nothing else begins before."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except asyncio.CancelledError:
            session.stop.set()
            raise

    def _drop(self, session: KafkaSession) -> None:
        self._session = None
        self._delivered.doubt()
        session.stop.set()
        self._thread.submit(session.close)
