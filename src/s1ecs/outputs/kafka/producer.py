"""One producer: it sends documents and waits until the broker has reported each of them. Everything here blocks."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event

from confluent_kafka import KafkaError, KafkaException, Message

from s1ecs.errors import OutputError
from s1ecs.outputs.kafka.clients import open_producer, raised
from s1ecs.outputs.kafka.error_rules import KafkaErrorKind, KafkaTrouble, kind_of, reason
from s1ecs.outputs.kafka.messages import messages
from s1ecs.outputs.kafka.settings import DELIVERY_SECONDS, KafkaSettings
from s1ecs.outputs.output import Batch

_POLL_SECONDS = 0.05
# librdkafka ends each document itself before this; its reports may need a moment.
_PATIENCE = DELIVERY_SECONDS + 5


class Abandoned(OutputError):
    """Nobody waits for these documents any more."""


@dataclass
class SentDocuments:
    """The result of sending: the next offset by partition, and the reasons by id of what was refused."""

    offsets: dict[int, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


class _Attempt:
    """The reports of one attempt: how many are awaited, and what they said."""

    def __init__(self) -> None:
        self.waiting = 0
        self.sent = SentDocuments()
        self.failed: KafkaError | None = None

    def report(self, error: KafkaError | None, message: Message) -> None:
        """Take note of a report; called by librdkafka for each document."""
        self.waiting -= 1
        if error is None:
            partition, offset = message.partition(), message.offset()
            # Those of a partition are reported in their order.
            if partition is not None and offset is not None:
                self.sent.offsets[partition] = offset + 1
        elif kind_of(error.name()) is KafkaErrorKind.REFUSED:
            key = message.key()
            self.refused(key.decode() if isinstance(key, bytes) else str(key), error)
        elif self.failed is None:
            self.failed = error

    def refused(self, identity: str, error: KafkaError) -> None:
        """Take note that a document was refused."""
        self.sent.refused[identity] = _reason(error)


class KafkaProducer:
    """Sends to one cluster until it fails once; `stop` makes whoever waits here give up."""

    def __init__(self, settings: KafkaSettings, transactional_id: str | None, stop: Event) -> None:
        self._open = partial(open_producer, settings, transactional_id)
        self._transactional = transactional_id is not None
        self._stop = stop
        self._producer, self._watch = self._open()
        self._ready = not self._transactional

    def begin(self) -> None:
        """Make sure that no earlier process writes with our transactional id, and end what it left open."""
        latest = time.monotonic() + _PATIENCE
        while not self._ready:
            try:
                self._producer.init_transactions(10 * _POLL_SECONDS)
            except KafkaException as error:
                self._producer.poll(0)
                if self._stop.is_set() or not error.args[0].retriable() or time.monotonic() > latest:
                    raise raised(self._watch, error) from None
                self._watch.look()
            else:
                self._ready = True

    def send(self, topic: str, batch: Batch, require: Callable[[], None] = lambda: None) -> SentDocuments:
        """Send documents and wait for all reports; raise OutputError where any of them failed and is not refused.

        A broker refuses all documents that travelled together when one is too large; each is refused by itself alone.
        """
        found = SentDocuments()
        pieces = [batch.documents] if batch.documents else []
        while pieces:
            piece = pieces.pop()
            try:
                sent = self._attempt(topic, replace(batch, documents=piece), require)
            except KafkaTrouble as error:
                error.undone = error.undone and not found.offsets
                raise
            if not sent.refused or len(piece) == 1:
                found.offsets = _later(found.offsets, sent.offsets)
                found.refused |= sent.refused
                continue
            refused = [each for each in piece if each[0] in sent.refused]
            if self._transactional:
                # All of it was taken back.
                rest = [each for each in piece if each[0] not in sent.refused]
                pieces += [rest] if rest else []
            else:
                found.offsets = _later(found.offsets, sent.offsets)
            half = (len(refused) + 1) // 2
            pieces += [each for each in (refused[:half], refused[half:]) if each]
        return found

    def discard(self) -> None:
        """Drop the connections, and what is still on its way."""
        with suppress(KafkaException):
            self._producer.purge(in_queue=True, in_flight=True, blocking=False)
        # A report for each that was purged, so that nothing waits when it is closed.
        self._producer.poll(0)

    def _attempt(self, topic: str, batch: Batch, require: Callable[[], None]) -> SentDocuments:
        attempt = _Attempt()
        # Behind `begin`: who takes the feed over later than this makes the broker refuse what follows.
        require()
        try:
            if self._transactional:
                self._producer.begin_transaction()
            self._produce(topic, batch, attempt)
            self._wait(attempt)
        except KafkaException as error:
            found = raised(self._watch, error)
            # Who fences a producer ends its transaction first. In the commit it may have been ended before.
            found.undone = self._transactional and kind_of(found.code) is KafkaErrorKind.FENCED
            raise found from None
        try:
            if self._transactional:
                self._end(attempt.sent)
        except KafkaException as error:
            raise raised(self._watch, error) from None
        return attempt.sent

    def _produce(self, topic: str, batch: Batch, attempt: _Attempt) -> None:
        produce, report = self._producer.produce, attempt.report
        for message in messages(batch):
            while True:
                try:
                    produce(topic, message.value, message.id, headers=message.headers, on_delivery=report)  # type: ignore[arg-type]
                except BufferError:
                    self._producer.poll(_POLL_SECONDS)
                    self._look()
                except KafkaException as error:
                    if self._transactional and error.args[0].code() == KafkaError._STATE:  # noqa: SLF001 - librdkafka's own names
                        # An earlier document failed, so that the transaction can't be committed: its report says why.
                        return
                    if kind_of(error.args[0].name()) is not KafkaErrorKind.REFUSED:
                        raise
                    attempt.refused(message.id, error.args[0])
                    break
                else:
                    attempt.waiting += 1
                    break

    def _wait(self, attempt: _Attempt) -> None:
        latest = time.monotonic() + _PATIENCE
        reported = attempt.waiting
        while attempt.waiting:
            if self._transactional and attempt.sent.refused:
                # What else is in the transaction is not sent any more.
                return
            self._producer.flush(_POLL_SECONDS)
            if attempt.waiting < reported:
                reported = attempt.waiting
                self._watch.answered()
            self._look()
            if attempt.failed is None and time.monotonic() > latest:
                attempt.failed = KafkaError(KafkaError._MSG_TIMED_OUT)  # noqa: SLF001 - librdkafka's own names
            if attempt.failed is not None:
                raise KafkaException(attempt.failed)

    def _end(self, sent: SentDocuments) -> None:
        """Commit the transaction, or take all of it back where something was refused."""
        if not sent.refused:
            self._producer.commit_transaction(_PATIENCE)
            return
        # A producer whose batch was refused does not recover: the next one takes the transaction back as it begins.
        self.discard()
        self._producer, self._watch = self._open()
        self._ready = False
        self.begin()

    def _look(self) -> None:
        if self._stop.is_set():
            raise Abandoned("given up")
        self._watch.look()


def _later(one: dict[int, int], other: dict[int, int]) -> dict[int, int]:
    return {each: max(one.get(each, 0), other.get(each, 0)) for each in one.keys() | other.keys()}


def _reason(error: KafkaError) -> str:
    if "SIZE" in error.name() or "LARGE" in error.name():
        return f"too large for the topic ({reason(error.str())}); increase max.message.bytes of the topic"
    return reason(error.str())
