"""Documents that a topic holds behind some offsets, read back after a crash or a failure. Everything here blocks."""

import time
from collections.abc import Iterator, Mapping
from threading import Event

from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from s1ecs.outputs.kafka.clients import open_consumer, raised
from s1ecs.outputs.kafka.messages import FoundDocument, feed_from
from s1ecs.outputs.kafka.settings import KafkaSettings

_POLL_SECONDS = 0.1
# Seconds without any progress: a transaction of a process that was paused is given up by the broker after 30, and it
# looks every 10. Nothing behind it can be read before.
_PATIENCE = 60.0
_AT_ONCE = 500


class TopicReader:
    """Reads one topic of one cluster."""

    def __init__(self, settings: KafkaSettings, topic: str, stop: Event) -> None:
        self._consumer, self._watch = open_consumer(settings)
        self._topic = topic
        self._stop = stop
        self._latest = time.monotonic() + _PATIENCE

    def documents(self, starts: Mapping[int, int], ends: Mapping[int, int]) -> Iterator[FoundDocument]:
        """Give the committed documents from `starts` on, up to where the topic ends now."""
        due = {each: start for each, start in starts.items() if start < ends[each]}
        if not due:
            return
        self._consumer.assign([TopicPartition(self._topic, each, offset) for each, offset in due.items()])
        left = set(due)
        while left:
            for message in self._more():
                error, partition, offset = message.error(), message.partition(), message.offset()
                # It looks for the group that we don't join, which may not be permitted.
                if error is not None and error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
                    continue
                if error is not None and error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - librdkafka's own names
                    raise raised(self._watch, KafkaException(error))
                if partition is None or offset is None:
                    continue
                if error is not None:
                    # Else it stands before a transaction that is under way, and goes on once that has ended.
                    if offset >= ends[partition]:
                        left.discard(partition)
                    continue
                key, feed = message.key(), feed_from(message.headers())
                if feed is not None and isinstance(key, bytes):
                    yield FoundDocument(feed, key.decode(errors="replace"), partition, offset)

    def close(self) -> None:
        """Close the connections."""
        self._consumer.close()

    def _more(self) -> "list[Message[bytes, bytes]]":
        try:
            found = self._consumer.consume(_AT_ONCE, _POLL_SECONDS)
        except KafkaException as error:
            raise raised(self._watch, error) from None
        if found:
            self._latest = time.monotonic() + _PATIENCE
        self._watch.look()
        if self._stop.is_set() or time.monotonic() > self._latest:
            raise self._watch.trouble("_TIMED_OUT", "timed out")
        return found
